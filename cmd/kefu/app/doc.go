// Package app puts the program together: it alone names databases, the adapters
// of channels and the ports, and says in which order things start and stop.
//
// [New] opens everything and listens, [App.Start] begins to work, [App.Stop] ends
// in the reverse order: who asks before who answers, the store last. Tests and
// the demo start the whole program with it.
package app
