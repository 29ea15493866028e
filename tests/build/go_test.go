package build

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// A build that fails says why, and leaves nothing.
func TestBuildThatFails(t *testing.T) {
	root, err := repository.Root()
	require.NoError(t, err)
	g := Go{
		Name: "the Pulumi CLI v1.2.3", Module: filepath.Join(root, "tests", "cli"), Package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
		Output: filepath.Join(t.TempDir(), "pulumi"),
	}
	t.Run("without the go command", func(t *testing.T) {
		t.Setenv("PATH", "")
		require.ErrorContains(t, g.Build(t.Context(), io.Discard), "install Go")
	})
	t.Run("with the compiler's words", func(t *testing.T) {
		t.Setenv("GOFLAGS", "-mod=nonsense")
		var progress bytes.Buffer
		require.ErrorContains(t, g.Build(t.Context(), &progress), "nonsense")
		assert.Contains(t, progress.String(), "building the Pulumi CLI v1.2.3")
		assert.NotContains(t, progress.String(), "built the")
	})
	assert.NoFileExists(t, g.Output)
}

func TestBuildLog(t *testing.T) {
	log := &buildLog{}
	assert.Equal(t, "no package to compile so far", log.state())
	_, err := log.Write([]byte("go: downloading example.com/a v1.0.0\ngo: downloading example.com/b v1.0.0\n"))
	require.NoError(t, err)
	assert.Equal(t, "modules downloaded: 2", log.state())
	_, err = log.Write([]byte("example.com/a\n"))
	require.NoError(t, err)
	assert.Equal(t, "packages compiled: 1", log.state())
	assert.Equal(t, "go: downloading example.com/b v1.0.0\nexample.com/a", log.tail(2))
}

// A program of the cluster counts as long as its sources and Go are those that it was built from.
func TestClusterIsCurrent(t *testing.T) {
	root := t.TempDir()
	module := filepath.Join(root, "tests", "cluster")
	builder := filepath.Join(root, "tests", "build", "cluster.go")
	require.NoError(t, errors.Join(os.MkdirAll(module, 0o755), os.Mkdir(filepath.Dir(builder), 0o755)))
	source := filepath.Join(module, "main.go")
	require.NoError(t, os.WriteFile(source, []byte("package main"), 0o600))
	program := filepath.Join(ClusterIn(root), "cluster")
	assert.False(t, ClusterIsCurrent(program))
	now, err := key(module)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(program), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(program), keyFile), []byte(now), 0o600))
	assert.True(t, ClusterIsCurrent(program))
	require.NoError(t, os.WriteFile(builder, []byte("package build"), 0o600))
	assert.False(t, ClusterIsCurrent(program), "it would be built otherwise")
	require.NoError(t, os.Remove(builder))
	assert.True(t, ClusterIsCurrent(program))
	require.NoError(t, os.WriteFile(source, []byte("package main // changed"), 0o600))
	assert.False(t, ClusterIsCurrent(program))
}
