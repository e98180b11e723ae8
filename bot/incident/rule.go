package incident

import "time"

// Rule says from when on a group of complaints is an event.
type Rule struct {
	Window    time.Duration // how far back complaints count
	Count     int           // that many in the window
	Customers int           // of that many different customers
	Factor    float64       // that many times what is usual in a window; 0: whatever is usual
}

// Usually is the rule of a department that names none.
var Usually = Rule{Window: 2 * time.Hour, Count: 5, Customers: 3, Factor: 3}

// Exceeded says whether so many complaints of so many customers in the window are
// an event, where usual is how many there are in a window as a rule.
func (r Rule) Exceeded(count, customers int, usual float64) bool {
	return count >= r.Count && customers >= r.Customers && float64(count) >= r.Factor*usual
}
