package engine

import (
	"context"
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
