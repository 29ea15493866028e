package gitops

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const values = `{"serviceAccount": {"create": true, "annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/r"}}, "command": ["alembic", "upgrade"], "labels": {}}`

// TestMerge: the values come under the key, and no other line changes.
func TestMerge(t *testing.T) {
	for name, test := range map[string]struct{ key, before, values, want string }{
		"into what people wrote": {key: "coreApi", values: values, before: `# Values of prod.
global: &all {env: prod}

coreApi:
    replicas:   3     # at least two

    serviceAccount:
        # made by hand
        create: false # for now
        annotations:
            team: 'memories'

    labels:
        tier: back   # theirs
    env:
    - name: A
      value: |
        text
        # no comment

# the other one
worker: {all: *all}
`, want: `# Values of prod.
global: &all {env: prod}

coreApi:
    replicas:   3     # at least two

    serviceAccount:
        # made by hand
        create: true # mosaic-database; for now
        annotations:
            team: 'memories'
            eks.amazonaws.com/role-arn: "arn:aws:iam::1:role/r" # mosaic-database

    labels:
        tier: back   # theirs
    env:
    - name: A
      value: |
        text
        # no comment
    command: ["alembic","upgrade"] # mosaic-database

# the other one
worker: {all: *all}
`},
		"into a file of comments": {key: "a.b", values: `{"c": "x", "on": {"d e": null, "f": 1.5}}`, before: "# nothing yet\n", want: `# nothing yet
a:
  b:
    c: "x" # mosaic-database
    "on":
      "d e": null # mosaic-database
      f: 1.5 # mosaic-database
`},
		"into what is empty": {key: "a.b", values: `{"c": "<&>"}`, before: "a:\n  b: {} # later\nx: 1", want: "a:\n  b:\n    c: \"<&>\" # mosaic-database; later\nx: 1\n"},
		"into nothing":       {key: ".", values: `{"c": 1}`, before: "{}\n", want: "c: 1 # mosaic-database\n"},
		"what is there stays as it is written": {key: ".", values: `{"a": "x", "b": [1, 2], "c": true}`,
			before: "a: 'x'   # theirs\nb:\n- 1\n- 2\nc: true\n", want: "a: 'x'   # theirs\nb:\n- 1\n- 2\nc: true\n"},
		"what it wrote and the values no longer have": {key: "a", values: `{"b": {"new": 1}, "labels": {}}`, before: `a:
  b:
    old: "x" # mosaic-database
    theirs: 2
  gone: # of nothing else
    old: "x" # mosaic-database
  shared:
    old: "x" # mosaic-database
    theirs: 2
  labels:
    reload: "x" # mosaic-database
  c: "shape" # mine alone
other:
  old: "x" # mosaic-database
`, want: `a:
  b:
    theirs: 2
    new: 1 # mosaic-database
  shared:
    theirs: 2
  labels: {} # mosaic-database
  c: "shape" # mine alone
other:
  old: "x" # mosaic-database
`},
		"an object where it wrote a value": {key: ".", values: `{"a": {"b": 1}}`, before: "a: 1 # mosaic-database\n", want: "a:\n  b: 1 # mosaic-database\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := merge(test.before, test.key, []byte(test.values))
			if name == "what it wrote and the values no longer have" {
				assert.ErrorContains(t, err, "without changing something else", "a comment would be lost")
				test.before = strings.Replace(test.before, " # of nothing else", "", 1)
				got, err = merge(test.before, test.key, []byte(test.values))
			}
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
			again, err := merge(got, test.key, []byte(test.values))
			require.NoError(t, err)
			assert.Equal(t, got, again, "a second time changes nothing")
		})
	}
}

// TestMergeRefuses: a file whose form or content does not take the values stays as it is, with the reason.
func TestMergeRefuses(t *testing.T) {
	for before, want := range map[string]string{
		"a: [":                             "it is not a YAML object",
		"- a":                              "it is not a YAML object",
		"a: 1\na: 2":                       "it is not a YAML object",
		"a: 1\n---\nb: 1":                  "several documents",
		"key: {a: 1}":                      "the object around key.command has an anchor or is written in braces",
		"key: &x\n  a: 1\nb: *x":           "the object around key.command has an anchor or is written in braces",
		"key: text":                        "key is an object in only one of the file and helmValues",
		"key:\n  command: {a: 1}":          "key.command is an object in only one of the file and helmValues",
		"key:\n  command: &x 1\n":          "key.command has an anchor",
		"x: &x {a: 1}\nkey: *x":            "in only one of the file and helmValues",
		"key:\n  a: |+\n    text\n\n":      "without changing something else",
		"key:\n  command:\n  # c\n  - a\n": "without changing something else",
	} {
		_, err := merge(before, "key", []byte(values))
		assert.ErrorContains(t, err, want, before)
	}
	_, err := merge("", "key", []byte(`[1]`))
	assert.ErrorContains(t, err, "the values are not an object")
}

func FuzzMerge(f *testing.F) {
	for _, before := range []string{"", "key: {}", "key:\n  a: 1 # x\n\n# y\nb:\n- c", "key: |\n  text\nb: >\n  folded", "? complex\n: 1", "key:\n  command: 'a\n    b'\n"} {
		f.Add(before)
	}
	f.Fuzz(func(t *testing.T, before string) {
		after, err := merge(before, "key", []byte(values))
		if err != nil {
			return
		}
		again, err := merge(after, "key", []byte(values))
		if err != nil || again != after {
			t.Errorf("%q: %v", after, err)
		}
	})
}

// TestWrite: a file of its own is written whole; one of somebody else, or a link, never.
func TestWrite(t *testing.T) {
	folder := t.TempDir()
	file := func(content string) Target {
		name := filepath.Join(folder, "values.yaml")
		require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
		return Target{File: name, Stack: "prod"}
	}
	const own = "# Written by just gitops-deploy prod of mosaic-database; edits are lost.\n{\n  \"a\": {},\n  \"b\": \"<\"\n}\n"
	for _, before := range []string{"", "{}\n", "# a start\n", own, strings.Replace(own, "<", "other", 1)} {
		target := file(before)
		require.NoError(t, target.Write(strings.NewReader(`{"a": {}, "b": "<"}`)))
		content, err := os.ReadFile(target.File)
		require.NoError(t, err)
		assert.Equal(t, own, string(content))
	}
	for _, before := range []string{"replicas: 3\n", "# Written by hand\nreplicas: 3\n", "a: [", "- a\n"} {
		target := file(before)
		assert.ErrorContains(t, target.Write(strings.NewReader(`{"a": {}}`)), "somebody else wrote this file: set gitops.key")
		content, err := os.ReadFile(target.File)
		require.NoError(t, err)
		assert.Equal(t, before, string(content))
	}
	link := Target{File: filepath.Join(folder, "link.yaml")}
	require.NoError(t, os.Symlink("values.yaml", link.File))
	assert.ErrorContains(t, link.Write(strings.NewReader("{}")), "is not a regular file")
	missing := Target{File: filepath.Join(folder, "missing.yaml"), Key: "coreApi"}
	assert.ErrorContains(t, missing.Write(strings.NewReader("{}")), "does not exist, and the values belong under coreApi in it")
	assert.NoFileExists(t, missing.File)
}
