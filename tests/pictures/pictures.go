// Package pictures lays out the pictures of the docs. What they show comes from the tests that draw them: the program's own figures, what
// it registers, what happened on the engine.
package pictures

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/golden"
	"github.com/mosaic-stories/mosaic-database/tests/pictures/svg"
	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// width of every picture, so that its text can still be read on a narrow screen.
const width = 720.0

// Check compares a picture with its file in docs/pictures, and expects it to be readable.
func Check(t *testing.T, name string, picture *svg.Drawing) {
	t.Helper()
	assert.Empty(t, picture.Problems(), name)
	root, err := repository.Root()
	require.NoError(t, err)
	golden.Check(t, filepath.Join(root, "docs", "pictures", name+".svg"), picture.String())
}
