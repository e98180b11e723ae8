// Package demo is kefu to try: the whole program on embedded engines beside a
// simulated WeChat and WeCom, and one page on which one is the customer, the
// staff, and the clock.
//
// Nothing of the program is replaced. Its calls go out over HTTP to the simulator,
// what people do on the page is pushed to its webhooks, signed and encrypted. Only
// three things are the demo's own: a clock that can be moved forward, a switch that
// takes the database away, and the people and cases there are at the beginning.
package demo
