package ticket

// Candidate is the try-th number a case asks for.
var Candidate = candidate
