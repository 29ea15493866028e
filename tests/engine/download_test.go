package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// network replaces the HTTP transport of this process.
func network(t *testing.T, round func(*http.Request) (*http.Response, error)) {
	t.Helper()
	before := http.DefaultTransport
	http.DefaultTransport = roundTripper(round)
	t.Cleanup(func() { http.DefaultTransport = before })
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

// release serves an installer on the loopback interface that writes a CLI of a version, as Pulumi's does with what it
// downloads.
func release(t *testing.T, version string) {
	t.Helper()
	tools.Commands(t, "chmod", "mkdir")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/install.sh" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, `#!/bin/sh
set -e
[ "$1 $2 $4" = "--no-edit-path --install-root --version" ]
mkdir -p "$3/bin"
printf '#!/bin/sh\necho %s\n' >"$3/bin/pulumi"
chmod +x "$3/bin/pulumi"
`, version)
	}))
	t.Cleanup(server.Close)
	there, err := url.Parse(server.URL)
	require.NoError(t, err)
	direct := http.DefaultTransport
	network(t, func(request *http.Request) (*http.Response, error) {
		assert.Equal(t, "https://get.pulumi.com", request.URL.Scheme+"://"+request.URL.Host)
		request = request.Clone(request.Context())
		request.URL.Scheme, request.URL.Host = there.Scheme, there.Host
		return direct.RoundTrip(request)
	})
}

// standIn writes a stand-in for a CLI of a version into a folder.
func standIn(t *testing.T, folder, version string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(folder, 0o755))
	path := filepath.Join(folder, "pulumi")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\necho "+version+"\n"), 0o755))
	return path
}

// goStandIn is a folder with a go command that writes a CLI of a version into the folder of its flag -o.
func goStandIn(t *testing.T, version string) string {
	t.Helper()
	folder := t.TempDir()
	script := `#!/bin/sh
set -e
while [ "$1" != -o ]; do shift; done
mkdir -p "$2"
printf '#!/bin/sh\necho ` + version + `\n' >"$2/pulumi"
chmod +x "$2/pulumi"
`
	require.NoError(t, os.WriteFile(filepath.Join(folder, "go"), []byte(script), 0o755))
	return folder
}

// The CLI comes from the cheapest source, and the progress says why.
func TestWhereTheCLIComesFrom(t *testing.T) {
	const version = "v3.500.1"
	root := t.TempDir()
	compiler := goStandIn(t, version)
	look := func(ctx context.Context, bin string) (*Installed, string, error) {
		var said bytes.Buffer
		cli, err := find(ctx, root, bin, version, &said)
		return cli, said.String(), err
	}
	refused := func(*http.Request) (*http.Response, error) { return nil, errors.New("connect: connection refused") }

	t.Run("bin", func(t *testing.T) {
		network(t, refused)
		bin := t.TempDir()
		path := standIn(t, filepath.Join(bin, "pulumi-3.500.1", "bin"), version)
		t.Setenv("PATH", filepath.Dir(standIn(t, t.TempDir(), version)))
		cli, said, err := look(t.Context(), bin)
		require.NoError(t, err)
		assert.Equal(t, path, cli.Path)
		assert.Empty(t, said)
	})
	t.Run("the PATH", func(t *testing.T) {
		network(t, refused)
		path := standIn(t, t.TempDir(), version)
		t.Setenv("PATH", filepath.Dir(path))
		bin := filepath.Join(t.TempDir(), "bin")
		cli, said, err := look(t.Context(), bin)
		require.NoError(t, err)
		assert.Equal(t, path, cli.Path)
		assert.Equal(t, "the Pulumi CLI v3.500.1 is the one on the PATH, "+path+"\n", said)
		assert.NoDirExists(t, bin)
	})
	t.Run("the download", func(t *testing.T) {
		release(t, version)
		path := standIn(t, t.TempDir(), "v3.499.0")
		t.Setenv("PATH", filepath.Dir(path)+":"+os.Getenv("PATH"))
		bin := t.TempDir()
		cli, said, err := look(t.Context(), bin)
		require.NoError(t, err)
		assert.Equal(t, filepath.Join(bin, "pulumi-3.500.1", "bin", "pulumi"), cli.Path)
		assert.Equal(t, "the Pulumi CLI v3.500.1 is not in bin/, and the one on the PATH is v3.499.0 ("+path+"); downloading it …\n", said)
		assert.Equal(t, []string{"pulumi-3.500.1", "pulumi.lock"}, names(t, bin))
	})
	for name, test := range map[string]struct {
		network func(*testing.T)
		want    string
	}{
		"a refusal":        {func(t *testing.T) { network(t, refused) }, "connection refused"},
		"another version":  {func(t *testing.T) { release(t, "v3.501.0") }, "what was downloaded is v3.501.0"},
		"an older version": {func(t *testing.T) { release(t, "v3.1.0") }, "3.1.0"},
		"an error page": {func(t *testing.T) {
			network(t, func(_ *http.Request) (*http.Response, error) {
				w := httptest.NewRecorder()
				w.WriteHeader(http.StatusForbidden)
				return w.Result(), nil
			})
		}, "403 Forbidden"},
		"no answer": {func(t *testing.T) {
			network(t, func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() })
		}, "deadline exceeded"},
	} {
		t.Run("the build after "+name, func(t *testing.T) {
			test.network(t)
			t.Setenv("PATH", compiler+":/usr/bin:/bin")
			start := time.Now()
			bin := t.TempDir()
			cli, said, err := look(t.Context(), bin)
			require.NoError(t, err)
			assert.Less(t, time.Since(start), refusalPatience+10*time.Second)
			assert.Equal(t, filepath.Join(bin, "pulumi-3.500.1", "bin", "pulumi"), cli.Path)
			assert.Contains(t, said, "is not in bin/, and there is none on the PATH; downloading it …\nit cannot be downloaded: ")
			assert.Contains(t, said, test.want)
			assert.Contains(t, said, "\nbuilt the Pulumi CLI v3.500.1 in ")
			assert.Equal(t, []string{"pulumi-3.500.1", "pulumi.lock"}, names(t, bin), "nothing half done is left")
		})
	}
	t.Run("an interrupt ends it", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		network(t, func(r *http.Request) (*http.Response, error) { cancel(); return nil, r.Context().Err() })
		t.Setenv("PATH", compiler)
		_, _, err := look(ctx, t.TempDir())
		require.ErrorIs(t, err, context.Canceled)
	})
}

// names lists the files in a folder.
func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
