// Package workbench is how staff work from WeCom: what they type, press, send as
// a picture or a voice, and the opening of the app. It finds out what is meant and
// asks package casework to do it; no rule about cases is here, so that a button, a
// command and the ticket page do the same.
//
// WeCom delivers up to three times. What was answered is kept under the message's
// key, acts on a case carry that key as their cause, and whatever is posted has an
// id made of it: a repeat has one effect and gets the same answer.
package workbench
