// Command kefu is a customer-service department in WeChat: see `kefu help`.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// began is when the process did.
var began = time.Now()

// version is set by the linker.
var version = ""

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
