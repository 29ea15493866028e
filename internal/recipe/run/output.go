package run

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
)

// Output is what a command prints, without the line ends at its end. What it says as an error is for the person.
func (r *Recipe) Output(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var out bytes.Buffer
	cmd.Stdout = &out
	err := r.Do(ctx, cmd)
	return strings.TrimRight(out.String(), "\n"), err
}

// Said is what a command prints, and what it says as an error, of which the person sees neither.
func (r *Recipe) Said(ctx context.Context, cmd *exec.Cmd) (out, said string, err error) {
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err = r.Output(ctx, cmd)
	return out, strings.TrimRight(complaints.String(), "\n"), err
}

// Shown is all that a command prints, which the person sees too.
func (r *Recipe) Shown(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var shown bytes.Buffer
	both := io.MultiWriter(os.Stderr, &shown)
	cmd.Stdout, cmd.Stderr = both, both // the same writer, so that the lines keep their order
	err := r.Do(ctx, cmd)
	return shown.String(), err
}
