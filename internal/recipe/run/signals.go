package run

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Interruptible is a context that Ctrl-C, a closed terminal and kill cancel, with the exit code for that signal as the cause. Further
// signals change nothing: a second Ctrl-C must not stop the cleanup after the first.
func Interruptible() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		for received := range signals {
			cancel(Exit(128 + int(received.(syscall.Signal))))
		}
	}()
	return ctx
}
