package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"time"
)

// readEnters has a value for each line that a person enters; it is nil if nobody is there, and closed when the person has gone.
func readEnters(person io.Reader) <-chan struct{} {
	if person == nil {
		return nil
	}
	enters := make(chan struct{})
	go func() {
		defer close(enters)
		for lines := bufio.NewScanner(person); lines.Scan(); {
			enters <- struct{}{}
		}
	}()
	return enters
}

// pause waits for Enter, unless nobody is there or no step is left.
func (t tour) pause(ctx context.Context, left int) error {
	if t.enters == nil || left == 0 {
		return nil
	}
	t.print("\n%s", t.bold("Enter goes on, Ctrl-C ends the tour "))
	select {
	case <-t.enters:
		return nil
	case <-ctx.Done():
		t.print("\n")
		return errors.New("it was interrupted")
	}
}

// watched runs a function that writes an output, and says to a person how long it has been running.
func (t tour) watched(f func(*bytes.Buffer) error) (output string, err error) {
	var to bytes.Buffer
	done := make(chan error, 1)
	go func() { done <- f(&to) }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for began := time.Now(); ; {
		select {
		case err := <-done:
			if t.person != nil {
				t.print("\r\x1b[K")
			}
			return to.String(), err
		case <-tick.C:
			if t.person != nil {
				t.print("\r  running for %s …\x1b[K", time.Since(began).Round(time.Second))
			}
		}
	}
}
