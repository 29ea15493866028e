package recipes

import (
	"archive/tar"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The archive has the site at its root, built for the path that the workflow says.
func TestPagesStep(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	b.env = append(b.env, "RUNNER_TEMP="+b.file(""), "DOCS_BASE=/database/")
	b.expect(on("npm ci --prefix docs --ignore-scripts --no-audit --no-fund", "added"),
		on("npm run build --prefix docs", "").do(`mkdir -p docs/.vitepress/dist && printf %s "$DOCS_BASE" >docs/.vitepress/dist/index.html`))
	r := b.step("ci/pages")
	require.Zero(t, r.code, r.stderr)
	files := tar.NewReader(strings.NewReader(b.content("artifact.tar")))
	for {
		file, err := files.Next()
		require.NoError(t, err, "there is no index.html")
		if file.Name == "./index.html" {
			text, err := io.ReadAll(files)
			require.NoError(t, err)
			assert.Equal(t, "/database/", string(text))
			return
		}
	}
}
