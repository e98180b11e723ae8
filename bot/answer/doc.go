// Package answer is what a language model may add to what the bot knows by itself,
// and what it may never do. It reads a message when our own reading is unsure,
// answers a question from articles of the knowledge base, and writes a summary, a
// draft and a proposed article for staff.
//
// Nothing a model writes is believed. What it read may only add to what rules
// found, and a field counts only if the customer wrote it. Of what it answers, a
// sentence stays only if it cites an article that bears it: each number, time,
// amount, address and name, each promise, denial and condition stands there, and
// the other words are the article's too. So whatever a customer, a nickname, a
// caption or an article talks the model into, the worst that goes out is nothing,
// and a person answers.
//
// The words of the guard stand in words/guard.txt, attacks to try it in
// testdata/attacks; both are lines that a support agent can read and extend.
package answer
