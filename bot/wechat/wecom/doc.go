// Package wecom speaks with WeCom (企业微信), where staff work: what its callback
// brings becomes a chat.Message, and an App sends texts, cards and a group
// robot's lines. It also signs staff in on pages they open from a card.
//
// It keeps WeCom's protocol and limits and knows no rule of the department.
package wecom
