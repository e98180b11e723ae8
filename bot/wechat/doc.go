// Package wechat is what WeChat's products share: the signature, the AES
// envelope, cleaning and reading of what arrives, access tokens, the calls out,
// and the table that says what an error code means for what was to be sent.
//
// Each product is an adapter of its own: wechat/oa for the Official Account,
// wechat/wecom for WeCom. Codes are not shared between products (48002 is "the
// customer refuses" in one and "no permission" in the other), so everything
// that judges a code takes the platform with it.
package wechat

// The platforms of the error table and of a chat.Failure.
const (
	OA    = "oa"    // api.weixin.qq.com
	WeCom = "wecom" // qyapi.weixin.qq.com, app messages
	Robot = "robot" // qyapi.weixin.qq.com, a group's robot
)
