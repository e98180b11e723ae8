// Package wording finds words in a text however they are written: with blanks and
// marks between the characters (保 证 退 款), in full width, in traditional
// characters, in wrong characters of the same sound (保正退款) or in pinyin
// (baozheng退款). A company lists what nobody may say to its customers; staff's
// sending and the bot's own words pass the same check.
package wording
