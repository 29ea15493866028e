package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// An unknown flag is refused before anything is installed.
func TestArguments(t *testing.T) {
	t.Setenv(tools.InEnv, t.TempDir()) // a machine without tools
	t.Setenv("PATH", "")
	var said bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-count=1"}, &said), errReported)
	assert.Contains(t, said.String(), "usage: go run ./tests/all [-no-install | -tools] [-- arguments of go test]")
	assert.NotContains(t, said.String(), "missing: ")
	said.Reset()
	require.NoError(t, run(t.Context(), []string{"-h"}, &said))
	assert.Contains(t, said.String(), "none may be skipped")
	assert.NotContains(t, said.String(), "missing: ")

	said.Reset()
	require.ErrorContains(t, run(t.Context(), []string{"-tools"}, &said), "go run ./tests/all -no-install runs the tests that need none of them")
	assert.Contains(t, said.String(), "28 tools are missing: ")
}
