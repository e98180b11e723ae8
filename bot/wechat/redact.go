package wechat

import "regexp"

var secretParam = regexp.MustCompile(`(?i)((?:access_token|refresh_token|component_access_token|secret|appsecret|corpsecret|key|code|ticket|jsapi_ticket)=)[^&\s"'#]+`)

// Redact hides the credentials in an address or in an error that quotes one.
func Redact(s string) string { return secretParam.ReplaceAllString(s, "${1}***") }
