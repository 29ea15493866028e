package run

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// ErrNotYes is the error of a question whose answer was not yes.
var ErrNotYes = errors.New("stopped here: the answer was not yes (--yes answers beforehand)")

// Ask asks a question on standard error. It returns [ErrNotYes] unless the answer is the word yes.
func (r *Recipe) Ask(ctx context.Context, question string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	fmt.Fprint(os.Stderr, question+" [yes/no] ")
	answer := make(chan string, 1)
	go func() {
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if err != nil {
			fmt.Fprintln(os.Stderr) // end the line of the question
		}
		answer <- line
	}()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case line := <-answer:
		if strings.TrimSpace(line) != "yes" {
			return ErrNotYes
		}
		return nil
	}
}
