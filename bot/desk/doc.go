// Package desk is the department as configuration: a pack, which is a folder of
// small YAML files, says what kinds of request there are, through which states
// they go and who may move them, how fast, which department does what, what
// customers are asked, and who hears of it when nobody acts.
//
// Packs are read strictly: every fault is reported at once, with file, line, key
// and remedy. What is read is never changed; a company's pack replaces it whole.
package desk
