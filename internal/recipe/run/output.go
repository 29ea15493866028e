package run

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
)

// Output runs a command and returns its standard output, without trailing newlines. The user sees its standard error.
func (r *Recipe) Output(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var out bytes.Buffer
	cmd.Stdout = &out
	err := r.Do(ctx, cmd)
	return strings.TrimRight(out.String(), "\n"), err
}

// Capture runs a command and returns its standard output and standard error, without trailing newlines. The user sees neither.
func (r *Recipe) Capture(ctx context.Context, cmd *exec.Cmd) (stdout, stderr string, err error) {
	var messages bytes.Buffer
	cmd.Stderr = &messages
	stdout, err = r.Output(ctx, cmd)
	return stdout, strings.TrimRight(messages.String(), "\n"), err
}

// Tee runs a command and returns all that it prints. The user sees it, too, on standard error.
func (r *Recipe) Tee(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var shown bytes.Buffer
	both := io.MultiWriter(os.Stderr, &shown)
	cmd.Stdout, cmd.Stderr = both, both // the same writer, so that the lines keep their order
	err := r.Do(ctx, cmd)
	return shown.String(), err
}
