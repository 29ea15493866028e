package engine

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deaf is a CLI that fails every command, and records it.
type deaf struct {
	auto.PulumiCommand
	args []string
}

func (d *deaf) Run(_ context.Context, _ string, _ io.Reader, _, _ []io.Writer, _ []string, args ...string, //nolint:revive // the interface's
) (string, string, int, error) {
	d.args = args
	return "what it printed", " error: it refused\n", 255, errors.New("exit status 255")
}

func TestCommand(t *testing.T) {
	cli := &deaf{}
	c := &command{PulumiCommand: cli}
	_, _, _, err := c.Run(t.Context(), "", nil, nil, nil, nil, "stack", "init", "--event-log", "tcp://localhost:123")
	require.Error(t, err)
	assert.Equal(t, []string{"stack", "init", "--event-log", "tcp://127.0.0.1:123"}, cli.args,
		"localhost is looked up in DNS")
	err = c.explain(errors.New("the long text of the Automation API"))
	require.EqualError(t, err, "pulumi stack init --event-log tcp://127.0.0.1:123: error: it refused")
	assert.NoError(t, c.explain(nil))

	for question, answer := range map[string]string{"output": "{}", "history": "[]"} {
		out, _, _, err := c.Run(t.Context(), "", nil, nil, nil, nil, "stack", question, "--json")
		require.NoError(t, err)
		assert.Equal(t, answer, out, "the CLI was not started")
	}
}
