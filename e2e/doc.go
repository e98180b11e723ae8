// Package e2e tries the whole program through its front door: a simulated WeChat
// and WeCom push signed, encrypted messages in, and what the program sends is
// read off their phones. The situations are text files in testdata that a
// support agent can read and add to; script_test.go says how they are written.
package e2e
