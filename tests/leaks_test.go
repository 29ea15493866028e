package tests

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"html"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/debug"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// forms is how a secret may look: as it is, in URLs, in JSON, in HTML, in hexadecimal digits and in base64, there
// also as a part of something longer, which shifts its letters.
func forms(secret string) []string {
	quoted, _ := json.Marshal(secret) // a string has a JSON form
	all := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`), html.EscapeString(secret),
		hex.EncodeToString([]byte(secret)),
	}
	for shift := range 3 {
		// What depends on the neighbours is cut off on both sides.
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
		middle := encoded[(shift*8+5)/6 : len(encoded)/4*4-4]
		all = append(all, middle, strings.NewReplacer("+", "-", "/", "_").Replace(middle))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// leaked says whether a text has the secret in any form.
func leaked(text, secret string) bool {
	return slices.ContainsFunc(forms(secret), func(form string) bool { return strings.Contains(text, form) })
}

// TestTheScannerFindsEveryForm: the other tests trust it.
func TestTheScannerFindsEveryForm(t *testing.T) {
	const secret = `p@ss/w"rd+<ü>1234567890`
	quoted, err := json.Marshal(map[string]string{"a": secret})
	require.NoError(t, err)
	for name, text := range map[string]string{
		"as it is": "x" + secret + "y", "a URL": "postgresql://u:" + url.QueryEscape(secret) + "@h", "a path": url.PathEscape(secret),
		"JSON": string(quoted), "HTML": html.EscapeString(secret), "hexadecimal": hex.EncodeToString([]byte("a" + secret)),
	} {
		assert.True(t, leaked(text, secret), name)
		assert.False(t, leaked(text, "something else that is long"), name)
	}
	for before := range "123456" {
		for after := range "123456" {
			text := []byte(strings.Repeat("é", before) + secret + strings.Repeat("z", after))
			assert.True(t, leaked(base64.StdEncoding.EncodeToString(text), secret), "base64, %d before, %d after", before, after)
			assert.True(t, leaked(base64.RawURLEncoding.EncodeToString(text), secret), "base64 of URLs, %d before, %d after", before, after)
		}
	}
}

// holders are the kinds that have the password because they are there for it, or are asked for it, and where.
var holders = map[string][]string{
	instanceType:          {"password"},
	simcloud.SnapshotType: {"password"},
	secretVersionType:     {"secretString"},
	kubeSecretType:        {"data"},
}

const secretVersionType = "aws:secretsmanager/secretVersion:SecretVersion"

// leaks looks for the password, and for the one before it, in all that a life of prod prints and leaves.
func leaks(t *testing.T) [][]string {
	l := start(t, "prod")
	var passwords []string
	texts := map[string]string{}
	keep := func(where string, result *engine.Result) {
		events, err := json.Marshal(result.Events)
		require.NoError(t, err)
		texts[where] += result.Stdout + result.Stderr
		texts["events of the engine"] += string(events)
	}
	run := func(where string) func(*engine.Result, error) {
		return func(result *engine.Result, err error) {
			require.NoError(t, err)
			keep(where, result)
		}
	}
	run("preview --diff, and up --diff")(l.Preview(t.Context(), optpreview.Diff()))
	run("preview, up, refresh and destroy")(l.Up(t.Context()))
	passwords = append(passwords, l.one(instanceType).Properties.Text("password"))
	l.set("database.passwordVersion", "2")
	run("preview --diff, and up --diff")(l.Preview(t.Context(), optpreview.Diff()))
	run("preview --diff, and up --diff")(l.Up(t.Context(), optup.Diff()))
	passwords = append(passwords, l.one(instanceType).Properties.Text("password"))
	require.NotEqual(t, passwords[0], passwords[1])
	run("preview, up, refresh and destroy")(l.Refresh(t.Context()))

	l.Cloud.JobResult = func(string) error { return errors.New("alembic: can't locate revision") }
	l.set("migrations.image", "mosaic-life/core-api:2.0.0")
	result, err := l.Up(t.Context())
	require.Error(t, err)
	keep("messages of a migration that fails, and of an API that refuses", result)
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Type == instanceType && op.Op == "update" {
			return errors.New("simulated: the API is not available")
		}
		return nil
	})
	l.set("database.instanceClass", "db.t3.small")
	result, err = l.Up(t.Context())
	require.Error(t, err)
	keep("messages of a migration that fails, and of an API that refuses", result)
	l.Cloud.Fail(nil)
	l.Cloud.JobResult = nil

	// Quiet, because what -v=9 prints is long.
	l = l.reopen(engine.Options{Stack: "prod", Overrides: []engine.Override{
		{Path: "database.passwordVersion", Value: "2"}, {Path: "database.instanceClass", Value: "db.t3.small"},
	}})
	level := uint(8)
	run("verbose log, -v=8")(l.Up(t.Context(), optup.DebugLogging(debug.LoggingOptions{LogLevel: &level, LogToStdErr: true})))
	level = 9
	l.set("tags.CostCenter", "database")
	run("verbose log, -v=9")(l.Up(t.Context(), optup.DebugLogging(debug.LoggingOptions{LogLevel: &level, LogToStdErr: true, Debug: true})))

	texts["state (`pulumi stack export`)"], err = l.Export(t.Context())
	require.NoError(t, err)
	texts["outputs (`pulumi stack output --json`)"], err = l.Outputs(t.Context())
	require.NoError(t, err)
	everything := l.Cloud.Objects("")
	for _, o := range everything {
		for _, name := range holders[o.Kind] {
			delete(o.Properties, name)
		}
		content, err := json.Marshal(o)
		require.NoError(t, err)
		texts["AWS and Kubernetes: names, tags, policies, specs, annotations, conditions"] += string(content)
	}
	l.set("database.deletionProtection", "false")
	l.up()
	run("preview, up, refresh and destroy")(l.Destroy(t.Context()))

	texts["golden files of the tests"] = goldenFiles(t)
	passwords = append(passwords, generatedPassword)

	var rows [][]string
	for _, where := range slices.Sorted(maps.Keys(texts)) {
		t.Run(where, func(t *testing.T) {
			found := "nowhere"
			require.NotEmpty(t, texts[where])
			for _, password := range passwords {
				require.GreaterOrEqual(t, len(password), 24)
				if leaked(texts[where], password) {
					found = "**in plain text**: the engine prints what it sends to the providers"
				}
			}
			if where != "verbose log, -v=9" {
				assert.Equal(t, "nowhere", found)
			}
			documented(t, faultsFile, []string{where, found})
			rows = append(rows, []string{where, found})
		})
	}
	if len(rows) < len(texts) {
		return nil
	}
	return rows
}

// goldenFiles is what all of them say.
func goldenFiles(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range []string{"*.golden", "manifests/*.yaml"} {
		files, err := filepath.Glob(filepath.Join("testdata", pattern))
		require.NoError(t, err)
		require.NotEmpty(t, files, pattern)
		for _, file := range files {
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			all.Write(content)
		}
	}
	return all.String()
}

// TestAnEncryptedKubeconfig: the token in it is in no state, no output and no diff, whatever becomes of the provider.
func TestAnEncryptedKubeconfig(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	const token, later = "k8s-aws-v1.aVeryLongTokenOfSomebody", "k8s-aws-v1.anotherVeryLongTokenLater"
	var made, text string
	l.editState(func(r map[string]any) {
		if r["type"] == "pulumi:providers:kubernetes" {
			made = r["inputs"].(map[string]any)["kubeconfig"].(string)
		}
	})
	for _, secret := range []string{token, later} {
		l.cli("config", "set", "--secret", "--path", "mosaic-database:cluster.kubeconfig", strings.Replace(made, `"user":{`, `"user":{"token":"`+secret+`",`, 1))
		preview, err := l.Preview(t.Context(), optpreview.Diff())
		require.NoError(t, err)
		up, err := l.Up(t.Context(), optup.Diff())
		require.NoError(t, err)
		text += all(preview) + all(up)
	}
	state, err := l.Export(t.Context())
	require.NoError(t, err)
	outputs, err := l.Environment.Outputs(t.Context())
	require.NoError(t, err)
	for _, secret := range []string{token, later} {
		assert.False(t, leaked(text+state+outputs, secret))
	}
	assert.Contains(t, text, "kubeconfig", "it did change")

	l.cli("config", "set", "--secret", "--path", "mosaic-database:alerts.emails[0]", "somebody@example.com")
	why := l.refuse(l.Preview(t.Context()))
	assert.Contains(t, why, "mosaic-database:alerts.emails[0]\n     rule: not secret")
	assert.NotContains(t, why, "somebody@example.com")
}
