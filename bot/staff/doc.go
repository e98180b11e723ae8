// Package staff knows who works here: people as the configuration lists them, who
// is on duty at a given time, who leads whom; and, as a document each, where they
// are just now, which case they are on and what they are about to send.
package staff
