// Package ephemeral is what the instances of one store know together and may
// forget at any moment: tokens, rates, locks, and the news that something has
// changed. It is a Redis, or one embedded in the process. When Redis is out of
// reach every function goes on with what this process knows; one line in the log
// says so, one more when it is back.
package ephemeral
