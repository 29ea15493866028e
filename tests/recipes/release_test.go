package recipes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	newImage = "mosaic-life/core-api:1.1.0"
	ported   = "registry.example.com:5000/core-api:1.1.0"
)

// releasing are the calls of a release before its up.
func releasing(delivery call) []call {
	return []call{outputs, account, setting("migrations.image"), delivery, raising("migrations.image", newImage)}
}

// A release migrates, and then the GitOps repository has the image. A second run has nothing left to do, and says so.
func TestRelease(t *testing.T) {
	need(t)
	t.Parallel()
	state := deployed(t)
	b := newBench(t, state)
	origin, _ := b.have(gitOps(t, b))
	job := outputOf(t, state, "migrationJobName")
	b.expect(append(releasing(setting("delivery")), change, outputs)...)
	r := b.just("yes\nyes\n", "release", newImage, "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "migrations.image of prod: mosaic-life/core-api:1.0.0 is replaced by "+newImage)
	assert.NotEqual(t, job, outputOf(t, state, "migrationJobName"))
	assert.Contains(t, b.git("-C", origin, "show", "main:"+valuesFile), newImage)
	file, err := os.ReadFile(filepath.Join(b.project, "Pulumi.prod.yaml"))
	require.NoError(t, err)
	assert.Contains(t, string(file), "# A placeholder: replace it", "comments stay")

	b.again()
	b.expect(append(releasing(setting("delivery")), change, outputs)...)
	r = b.just("yes\n", "release", newImage, "prod")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "is "+newImage+" already; going on from there")
	assert.Contains(t, r.stderr, "up to date on main of origin: "+valuesFile)
}

// A release that stops hands over nothing that has not been migrated, and says how to go on.
func TestReleaseThatStops(t *testing.T) {
	need(t)
	t.Parallel()
	state := outputsOnly(t)
	folder := gitOps(t, newBench(t, state))
	migrated := append(releasing(setting("delivery")), change.with("--yes").do(""))
	for name, test := range map[string]struct {
		args   string
		refuse bool // whether the GitOps repository refuses the push
		local  bool // whether there is no GitOps repository
		calls  func(b *bench) []call
		code   int
		want   string
		given  bool // whether the GitOps repository gets the values
	}{
		"an image without a tag":     {args: "registry:5000/core-api", code: 2, want: "name an image with its tag or its digest, as in: just release core-api:1.1.0 prod"},
		"a tag without an image":     {args: "1.1.0", code: 2, want: "name an image with its tag or its digest"},
		"a tag alone":                {args: ":1.1.0", code: 2, want: "name an image with its tag or its digest"},
		"a digest that is too short": {args: "core-api@sha256:0123", code: 2, want: "name an image with its tag or its digest"},
		"a registry with a port": {args: ported, local: true, want: "the stack is ready for " + ported, calls: func(*bench) []call {
			return append(releasing(setting("delivery"))[:4], raising("migrations.image", ported), change.with("--yes").do(""))
		}},
		"a migration that fails": {args: newImage, code: 1, calls: func(*bench) []call { return append(releasing(setting("delivery")), halfway) },
			want: "so nothing is handed to the GitOps repository, and the pods run what they ran.\n  To go on: just release " + newImage + " prod"},
		"a preview that is refused": {args: newImage, code: 3, want: "Pulumi.prod.yaml is as it was", calls: func(*bench) []call {
			return append(releasing(setting("delivery")), change.with("--yes").do("exit 255"))
		}},
		"a push that is refused": {args: newImage, refuse: true, code: 1, want: "the GitOps repository does not have it, see above; to go on: just release " + newImage + " prod",
			calls: func(b *bench) []call { return append(migrated[:len(migrated):len(migrated)], b.known()) }},
		"without a GitOps repository": {args: newImage, local: true, want: "With a chart: just helm-deploy", calls: func(*bench) []call { return migrated }},
		"migrations of the chart": {args: newImage, given: true, want: "the chart runs the migrations when the GitOps controller deploys " + newImage, calls: func(b *bench) []call {
			return append(releasing(setting("delivery").do("echo gitops")), change.with("--yes").do(""), b.known())
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, state)
			origin, _ := b.have(folder)
			if test.refuse {
				refuse(t, origin)
			}
			if test.local {
				b.env = append(b.env, "GITOPS_DIR=")
			}
			if test.calls != nil {
				b.expect(test.calls(b)...)
			}
			before := b.git("-C", origin, "rev-parse", "main")
			r := b.just("", append([]string{"release"}, strings.Fields(test.args+" prod --yes")...)...)
			assert.Equal(t, test.code, r.code, r.stderr)
			assert.Contains(t, r.stderr, test.want)
			assert.Equal(t, test.given, before != b.git("-C", origin, "rev-parse", "main"))
		})
	}
}
