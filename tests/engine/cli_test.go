package engine

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// The engine and the SDK share a protocol, so they have the same version.
func TestVersionIsThatOfTheSDK(t *testing.T) {
	root, err := repository.Root()
	require.NoError(t, err)
	version, err := Version(root)
	require.NoError(t, err)
	assert.Equal(t, "v"+sdk.Version.String(), version)
}

func TestBuildThatFails(t *testing.T) {
	root, err := repository.Root()
	require.NoError(t, err)
	into := filepath.Join(t.TempDir(), "pulumi")

	t.Run("without the go command", func(t *testing.T) {
		t.Setenv("PATH", "")
		err := build(t.Context(), root, "v1.2.3", into, io.Discard)
		require.ErrorContains(t, err, "install Go")
	})
	t.Run("with the compiler's words", func(t *testing.T) {
		t.Setenv("GOFLAGS", "-mod=nonsense")
		var progress bytes.Buffer
		err := build(t.Context(), root, "v1.2.3", into, &progress)
		require.ErrorContains(t, err, "nonsense")
		assert.Contains(t, progress.String(), "building the Pulumi CLI v1.2.3")
		assert.NotContains(t, progress.String(), "built the")
	})
	left, err := os.ReadDir(filepath.Dir(into))
	require.NoError(t, err)
	assert.Empty(t, left)
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

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(t.Context(), path, time.Minute)
	require.NoError(t, err)
	_, err = lock(t.Context(), path, time.Millisecond)
	require.ErrorIs(t, err, ErrBusy)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = lock(canceled, path, time.Minute)
	require.ErrorIs(t, err, context.Canceled)

	time.AfterFunc(10*time.Millisecond, unlock)
	unlock, err = lock(t.Context(), path, time.Minute)
	require.NoError(t, err, "those who gave up keep it from those who wait")
	unlock()
}
