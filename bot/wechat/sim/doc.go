// Package sim is a WeChat and a WeCom of our own that keep the rules of the real
// ones: signatures and AES, three deliveries within five seconds each, tokens
// that expire, credits, caps, rates, single-use codes, real error numbers, and
// faults on demand. Tests and the demo use the same one, so what is tried by
// hand and what is tested are one thing.
//
// A Sim is three things in one. [Sim.Handler] is the platforms' API as the
// program calls it: /oa stands for api.weixin.qq.com, /wecom for
// qyapi.weixin.qq.com. [Sim.Customer] and [Sim.Member] are the people: what
// they do is pushed to the program's webhooks as the platforms push it.
// [Sim.Phone], [Sim.Inbox] and [Sim.Group] are what those people see.
//
// Where the platforms' own pages leave something open, the place says which
// reading was taken. Everything kept is bounded, and time is whatever [Config].Now
// says; only time-outs and the delay of a slow answer are real time.
package sim
