package run

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCode(t *testing.T) {
	failed := func(script string) error { return exec.CommandContext(t.Context(), "sh", "-c", script).Run() }
	for name, test := range map[string]struct {
		err      error
		code     int
		reported bool
	}{
		"none":                     {nil, 0, true},
		"a problem":                {errors.New("no"), 1, false},
		"a code":                   {fmt.Errorf("wrapped: %w", Exit(3)), 3, true},
		"wrong use":                {fmt.Errorf("wrapped: %w", Misused("name a stack")), 2, false},
		"an answer":                {fmt.Errorf("wrapped: %w", ErrNotYes), 3, false},
		"a command's":              {errors.Join(nil, failed("exit 7")), 7, true},
		"a command that is killed": {failed("kill -9 $$"), 1, true},
	} {
		code, reported := Code(test.err)
		assert.Equal(t, test.code, code, name)
		assert.Equal(t, test.reported, reported, name)
	}
}

// A command that runs ends by itself; after an interrupt, no command is started.
func TestInterrupted(t *testing.T) {
	recipe, err := New("test")
	require.NoError(t, err)
	defer recipe.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	out, stderr, err := recipe.Capture(ctx, Command("sh", "-c", "echo out; echo said >&2"))
	require.NoError(t, err)
	assert.Equal(t, []string{"out", "said"}, []string{out, stderr})

	cancel(Exit(130))
	out, err = recipe.Output(ctx, Command("echo", "begun"))
	require.ErrorIs(t, err, Exit(130))
	assert.Empty(t, out)
	require.ErrorIs(t, recipe.Ask(ctx, "Go on?"), Exit(130))
	require.NoError(t, recipe.Need("sh", ""))
	require.EqualError(t, recipe.Need("no-such-command", "install it"), "needs no-such-command, which is not on the PATH; install it")
}
