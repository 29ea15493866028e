package engine

import (
	"context"
	"errors"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// ErrBusy says that another process uses the folder.
var ErrBusy = errors.New("another process is using it; wait for it to end")

// lock locks a file for this process. If another process holds the lock for longer than patience, it returns ErrBusy. The lock ends with
// unlock, or with the process.
func lock(ctx context.Context, path string, patience time.Duration) (unlock func(), err error) {
	type outcome struct {
		unlock func()
		err    error
	}
	locked := make(chan outcome, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(path).Lock()
		locked <- outcome{unlock, err}
	}()
	ctx, cancel := context.WithTimeoutCause(ctx, patience, ErrBusy)
	defer cancel()
	select {
	case got := <-locked:
		return got.unlock, got.err
	case <-ctx.Done():
		// Waiting for a lock cannot be interrupted, so a lock that comes too late is released.
		go func() {
			if got := <-locked; got.err == nil {
				got.unlock()
			}
		}()
		return nil, context.Cause(ctx)
	}
}
