// Package oa is the adapter for an Official Account (公众号/服务号): what arrives
// becomes a chat.Message, what is to be said becomes a passive reply or a call.
//
// The bodies of customer-service messages are the types of
// github.com/silenceper/wechat/v2, the SDK our readers know, and the tests hold
// our cipher and passive replies against it. The calls are our own: its HTTP
// client, token and cache are global to the process, know neither a context nor
// a bound, and build and send in one step, while we store the bytes of a call
// before it is made, point each account at an address of its own, and must know
// whether a failed call may have arrived. Its template message always sends an
// empty miniprogram, so that body is ours too.
package oa
