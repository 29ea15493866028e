package stack

import (
	"errors"
	"sync"
)

// together runs steps that wait for AWS side by side. Its error has those of all steps, in their order.
func together(steps ...func() error) error {
	failed := make([]error, len(steps))
	var running sync.WaitGroup
	for i, step := range steps {
		running.Go(func() { failed[i] = step() })
	}
	running.Wait()
	return errors.Join(failed...)
}
