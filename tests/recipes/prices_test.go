package recipes

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	usEast1       = "internal/cost/prices/us-east-1.json"
	pricesBranch  = "mosaic-database/prices"
	pricesRefused = "the job needs the permissions contents: write and pull-requests: write"
)

// priceLists is a stand-in for AWS's site, with the lists of the tests of internal/recipe/pricelist; those of one path are cut off.
func priceLists(t *testing.T, cut string) string {
	t.Helper()
	lists := os.DirFS(filepath.Join(root, "internal", "recipe", "pricelist", "testdata"))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if cut != "" && strings.Contains(r.URL.Path, cut) {
			_, _ = w.Write([]byte(`{"formatVersion": "v1.0", "products": {`))
			return
		}
		http.FileServerFS(lists).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// withPrices puts the table of prices and an origin into the project.
func (b *bench) withPrices() {
	b.t.Helper()
	require.NoError(b.t, os.CopyFS(filepath.Join(b.project, "internal", "cost", "prices"), os.DirFS(filepath.Join(root, "internal", "cost", "testdata", "prices"))))
	b.pushed()
}

// pushed puts the project into a repository with an origin, as the checkout of a job is.
func (b *bench) pushed() {
	b.t.Helper()
	require.NoError(b.t, os.WriteFile(filepath.Join(b.project, ".gitignore"), []byte("/bin/\n"), 0o600))
	b.git("init", "--quiet", "--initial-branch=main")
	b.git("add", ".")
	b.git("commit", "--quiet", "-m", "before")
	b.git("init", "--quiet", "--bare", "--initial-branch=main", b.file("origin.git"))
	b.git("remote", "add", "origin", "file://"+b.file("origin.git"))
	b.git("push", "--quiet", "origin", "main")
	b.env = append(b.env, "RUNNER_TEMP="+filepath.Dir(b.project))
}

// patch leaves what changed in the project for ci/propose, as the job before does, and the project as it was committed.
func (b *bench) patch() {
	b.t.Helper()
	b.git("add", "--all")
	require.NoError(b.t, os.MkdirAll(b.file("prices"), 0o700))
	require.NoError(b.t, os.WriteFile(b.file("prices/report.md"), []byte("What changed.\n"), 0o600))
	require.NoError(b.t, os.WriteFile(b.file("prices/changes.patch"), []byte(b.git("diff", "--cached", "--binary", "--no-renames")+"\n"), 0o600))
	b.checkout()
}

// checkout is the checkout of a job of its own, of what main had.
func (b *bench) checkout() {
	b.t.Helper()
	b.git("reset", "--quiet", "--hard", "origin/main")
	b.git("clean", "--quiet", "--force", "-d")
}

func (b *bench) table() string {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.project, usEast1))
	require.NoError(b.t, err)
	return string(text)
}

// The recipe writes the table and prints what changed; a region whose list is cut off stays as it was, and is an error.
func TestPricesRecipe(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, t.TempDir())
	b.withPrices()
	before := b.table()
	r := b.just("", "prices", "--from="+priceLists(t, "us-east-1/"))
	assert.Equal(t, 1, r.code)
	assert.Contains(t, r.stderr, "/us-east-1/index.json: not a price list in AWS's format, or not all of it: EOF\n")
	assert.Contains(t, r.stdout, "\nNot read; the table keeps what it had:\n\n- us-east-1: ")
	assert.Equal(t, before, b.table())
	assert.Equal(t, "internal/cost/prices/eu-west-1.json", b.git("diff", "--name-only"))

	r = b.just("", "prices", "--to=here")
	assert.Contains(t, r.stderr, "the option --to=here does not fit; usage: just prices [--from=URL]")

	r = b.just("", "prices", "--from="+priceLists(t, ""))
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stdout, "\n- us-east-1: db.t3.medium Single-AZ, from 0.072 to 0.073 USD\n")
	assert.Contains(t, b.table(), `"db.t3.medium": {"singleAz":0.073,"multiAz":0.146,"sources":["AmazonRDS"]}`)
	assert.Contains(t, b.table(), `"AmazonRDS": {"what":"AWS's price list, published 2026-11-19","date":"`+time.Now().UTC().Format("2006-01"))
	assert.Contains(t, b.table(), `"db.m7g.large": {"singleAz":0.168,"multiAz":0.336,"sources":["table_2026_04","ratedesc_m7g"]}`, "which the list lacks")
}

// goldenCalls are what ci/prices runs after the prices: a page of the documentation follows from them.
func goldenCalls() []call {
	return []call{
		on("go run ./tests/all -tools", ""),
		on("go test ./tests/graph ./tests/docs ./tests/clients ./tests/delivery ./tests/lifecycle ./tests/credentials -run TestGraph|TestTheControlsPage|TestManifests|TestDocsAreCurrent|TestScreens|TestPicture -update", "").
			do("mkdir -p docs/reference; cat internal/cost/prices/us-east-1.json >docs/reference/costs.md"),
		on("go test ./internal/config ./internal/pipeline -update", ""),
	}
}

// A month's run of the workflow: the prices and what follows from them go into one pull request, which the next month's run changes.
func TestPricesSteps(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	b.withPrices()
	golden := goldenCalls()
	list := func(found string) call {
		return on("gh pr list --repo acme/database --head "+pricesBranch+" --state open --json url,isCrossRepository --jq", "").
			with(`map(select(.isCrossRepository | not))[0].url // ""`).do(`echo '` + found + `' | jq -r "${@: -1}"`)
	}
	report := b.file("proposal.md")
	create := on("gh pr create --repo acme/database --head "+pricesBranch+" --base main --title", "").with("Prices of AWS's price list", "--body-file", report).do("echo " + address)
	edit := on("gh pr edit "+address+" --body-file "+report, "")

	b.expect(golden...)
	r := b.step("ci/prices", "--from="+priceLists(t, ""))
	require.Zero(t, r.code, r.stderr)
	assert.Empty(t, r.stdout)
	assert.Contains(t, b.content("summary"), "- us-east-1: db.t3.medium Single-AZ, from 0.072 to 0.073 USD\n")
	assert.Equal(t, "changed=true\n", b.content("output"))
	assert.Contains(t, b.content("prices/changes.patch"), "+++ b/docs/reference/costs.md\n")
	b.checkout()

	b.again()
	b.expect(list(`[{"url": "https://example.com/fork", "isCrossRepository": true}]`), create)
	r = b.step("ci/propose")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "proposed in the pull request "+address)
	changed := func() string { return b.git("-C", b.file("origin.git"), "diff", "--name-only", "main", pricesBranch) }
	assert.Equal(t, "docs/reference/costs.md\ninternal/cost/prices/eu-west-1.json\n"+usEast1, changed())
	assert.Regexp(t, `^The prices are those of AWS's price list of 20\d\d-\d\d-\d\d$`, b.git("-C", b.file("origin.git"), "log", "--format=%s", "main.."+pricesBranch))
	assert.Contains(t, b.content("proposal.md"), "from 0.072 to 0.073 USD\n")
	assert.Contains(t, b.content("proposal.md"), "close this pull request and\nopen it again")
	assert.Contains(t, b.content("proposal.md"), runAddress)

	// The same prices again: there is nothing to propose.
	b.git("fetch", "--quiet", "origin", pricesBranch)
	b.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
	b.again()
	b.expect(golden...)
	require.NoError(t, os.Remove(b.file("output")))
	r = b.step("ci/prices", "--from="+priceLists(t, ""))
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "AWS's price list has what the table has")
	assert.NoFileExists(t, b.file("output"))

	// Others in the next month: the branch has these alone.
	next := func(usd string) {
		b.count = 0
		_ = os.Remove(filepath.Join(b.calls, "n"))
		b.checkout()
		require.NoError(t, os.WriteFile(filepath.Join(b.project, usEast1), []byte(strings.Replace(b.table(), "0.072", usd, 1)), 0o600))
		b.patch()
	}
	next("0.071")
	b.expect(list(`[{"url": "`+address+`", "isCrossRepository": false}]`), edit)
	r = b.step("ci/propose")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "changed the pull request "+address)
	assert.Equal(t, usEast1, changed())

	for want, calls := range map[string][]call{
		"cannot list the pull requests of acme/database": {list("").do("exit 1")},
		"but cannot open a pull request for it":          {list("[]"), create.do("exit 1")},
		"but cannot change the pull request " + address:  {list(`[{"url": "` + address + `", "isCrossRepository": false}]`), edit.do("exit 1")},
	} {
		next("0.071")
		b.expect(calls...)
		r := b.step("ci/propose")
		assert.Equal(t, 1, r.code)
		assert.Contains(t, r.stderr, want)
		assert.Contains(t, r.stderr, pricesRefused)
	}
	next("0.07") // another commit, or there is nothing to push
	refuse(t, b.file("origin.git"))
	r = b.step("ci/propose")
	assert.Equal(t, 1, r.code)
	assert.Contains(t, r.stderr, "cannot push "+pricesBranch+", see above; "+pricesRefused)
}

// Of the job that runs what others wrote, the job that can write takes prices, documentation and golden files, as plain files.
func TestProposeRefusesOtherFiles(t *testing.T) {
	need(t)
	t.Parallel()
	for name, change := range map[string]func(b *bench) error{
		"justfile": func(b *bench) error { return os.WriteFile(b.inProject("justfile"), nil, 0o600) },
		".github/a.yml": func(b *bench) error {
			return errors.Join(os.MkdirAll(b.inProject(".github"), 0o700), os.WriteFile(b.inProject(".github/a.yml"), nil, 0o600))
		},
		"internal/cost/prices/prices.go": func(b *bench) error { return os.WriteFile(b.inProject("internal/cost/prices/prices.go"), nil, 0o600) },
		"internal/cost/prices/us-east-1.json is a link": func(b *bench) error {
			return errors.Join(os.Remove(b.inProject(usEast1)), os.Symlink("/etc/hostname", b.inProject(usEast1)))
		},
		"internal/cost/prices/eu-west-1.json is gone": func(b *bench) error { return os.Remove(b.inProject("internal/cost/prices/eu-west-1.json")) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newCI(t, t.TempDir())
			b.withPrices()
			require.NoError(t, change(b))
			b.patch()
			r := b.step("ci/propose")
			assert.Equal(t, 1, r.code)
			assert.Contains(t, r.stderr, "the patch may change the prices, the documentation and golden files, and nothing else:")
			file, _, _ := strings.Cut(name, " ")
			assert.Contains(t, r.stderr, "\t"+file+"\n")
			assert.Equal(t, "main", b.git("-C", b.file("origin.git"), "branch", "--format=%(refname:short)"))
		})
	}
}

// What a person added to the branch stays there: the workflow pushes over its own commits alone.
func TestProposeKeepsTheCommitsOfOthers(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	b.withPrices()
	b.git("commit", "--quiet", "--allow-empty", "-m", "a figure of a test")
	b.git("push", "--quiet", "origin", "HEAD:refs/heads/"+pricesBranch)
	kept := b.git("rev-parse", "HEAD")
	b.checkout()
	require.NoError(t, os.WriteFile(b.inProject(usEast1), []byte(strings.Replace(b.table(), "0.072", "0.071", 1)), 0o600))
	b.patch()
	r := b.step("ci/propose")
	assert.Equal(t, 1, r.code)
	assert.Contains(t, r.stderr, "the branch "+pricesBranch+" has commits of others, which a push would remove")
	assert.Contains(t, r.stderr, ": a figure of a test\n")
	assert.Equal(t, kept, b.git("-C", b.file("origin.git"), "rev-parse", pricesBranch))
}

func (b *bench) inProject(file string) string { return filepath.Join(b.project, file) }

// Where a region is left as it was, the step fails in the end, and the prices of the others are there to propose.
func TestPricesStepProposesTheOtherRegions(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	b.withPrices()
	b.expect(goldenCalls()...)
	r := b.step("ci/prices", "--from="+priceLists(t, "eu-west-1/"))
	assert.Equal(t, 1, r.code)
	assert.Contains(t, r.stderr, "these prices were left as they were, and all others are up to date")
	assert.Equal(t, "changed=true\n", b.content("output"))
	assert.Contains(t, b.content("prices/changes.patch"), "+++ b/"+usEast1+"\n")
	assert.Contains(t, b.content("prices/report.md"), "- eu-west-1: ")
}

// An index that is wrong ends the workflow before anything is written.
func TestPricesStepOfAWrongList(t *testing.T) {
	need(t)
	t.Parallel()
	b := newCI(t, t.TempDir())
	b.withPrices()
	before := b.table()
	r := b.step("ci/prices", "--from="+priceLists(t, "awskms"))
	assert.Equal(t, 1, r.code)
	assert.Contains(t, r.stderr, "the prices were not changed")
	assert.Equal(t, before, b.table())
	assert.NoFileExists(t, b.file("summary"))
	assert.NoFileExists(t, b.file("output"))
}
