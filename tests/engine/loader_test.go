package engine

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// oddProject gives every stack a region, in a folder of its own for the stack files.
const oddProject = `name: mosaic-database
runtime: go
stackConfigDir: stacks
config:
  aws:region: eu-west-1
  aws:allowedAccountIds: {value: ["123456789012"]}
  other:list: [1, two]
  tier: {type: string, default: mvp}
  mosaic-database:tags: {type: object, default: {}}
  cluster: {type: object}
`

// oddFiles are stack files that say the same in another way, or something that two readers may read differently.
func oddFiles() map[string]string {
	return map[string]string{
		"nothing":                      "",
		"no keys":                      "secretsprovider: passphrase\n",
		"no values":                    "config:\n",
		"lists as texts":               `config: {aws:allowedAccountIds: '["210987654321"]', mosaic-database:alerts: '{"emails": ["a@b.example"]}'}`,
		"keys without a namespace":     "config: {environment: live, tier: ha, aws:region: us-east-1}",
		"keys in the former spelling":  "config: {mosaic-database:config:environment: live, aws:config:region: us-east-1}",
		"anchors and merges":           "config:\n  mosaic-database:app: &app {name: a, policyArns: [x]}\n  mosaic-database:other: *app\n  mosaic-database:more: {<<: *app, name: b}\n",
		"a merge of keys":              "common: &common {aws:region: us-east-2, environment: live}\nconfig:\n  <<: *common\n  environment: other\n",
		"comments and quotes":          "# a\nconfig: # b\n  \"aws:region\": 'us-east-1' # c\n  environment: \"live\"\n",
		"numbers":                      "config: {a: 05432, b: 16.10, c: 1e3, d: 0x10, e: 1_000, f: -0, g: 18446744073709551615, h: 0o17, i: 1.5e300, j: '007', k: 012345678901}",
		"numbers inside":               "config: {a: [05432, 16.10, 1e3, 0x10, 1_000, 123456789012], b: {c: 012, d: '012'}}",
		"truths":                       "config: {a: true, b: yes, c: 'true', d: [on, false], e: ~}",
		"nothing inside":               "config: {a: {b: ~, c: [], d: {}, e: ''}, f: [], g: {}, h: ''}",
		"times":                        "config: {a: 2026-01-31T10:00:00Z, b: 2026-01-31, c: {d: 2026-01-31T10:00:00+02:00}}",
		"texts of several lines":       "config:\n  a: |\n    b: c\n      d\n  e: >-\n    f\n    g\n",
		"characters":                   "config: {a: '<a&b>', b: {c: '<é&\u2028>'}, 'd e': f}",
		"a byte order mark":            "\ufeffconfig: {environment: live}",
		"lines of Windows":             "config:\r\n  environment: live\r\n  aws:region: us-east-1\r\n",
		"JSON":                         `{"config": {"environment": "live", "aws:allowedAccountIds": ["210987654321"]}}`,
		"names that are no texts":      "config: {a: {1: b, true: c}}",
		"environments":                 "environment: [prod, team/more]\nconfig: {environment: live}",
		"what has the look of secrets": "config: {a: {secure: b, c: d}, e: {secure: [f]}}",
	}
}

// The scripts read a stack file without Pulumi. What they find there is what Pulumi finds: its own loader of stack files, and its CLI.
func TestStackFilesAreReadAsPulumiReadsThem(t *testing.T) {
	t.Parallel()
	for name, text := range oddFiles() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte("name: mosaic-database\nruntime: go\n"), 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.dev.yaml"), []byte(text), 0o600))
			file, err := OpenSettingsFile(dir, "dev")
			require.NoError(t, err)
			want, err := file.Values()
			require.NoError(t, err)
			read, err := config.ReadStackFile(dir, "dev")
			require.NoError(t, err)
			got := map[string]string{}
			for _, key := range read.Keys {
				got[key], _ = read.GetConfig(key)
			}
			assert.Equal(t, want, got)
		})
	}
}

// The CLI prints the values of the project's file, too.
func TestStackFilesAreReadAsTheCLIReadsThem(t *testing.T) {
	t.Parallel()
	env := open(t, options(t, tiny))
	write := func(file, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(env.WorkDir(), file)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(env.WorkDir(), file), []byte(text), 0o600))
	}
	write("Pulumi.yaml", oddProject)
	_, err := env.run(t.Context(), "stack", "init", "odd")
	require.NoError(t, err)
	for name, text := range oddFiles() {
		if name == "environments" {
			continue // only Pulumi Cloud has them
		}
		write("stacks/Pulumi.odd.yaml", text)
		printed, err := env.run(t.Context(), "config", "--json", "--stack", "odd")
		require.NoError(t, err, name)
		var want map[string]struct{ Value string }
		require.NoError(t, json.Unmarshal([]byte(printed), &want), name)
		assert.GreaterOrEqual(t, len(want), 5, "those of the project's file")
		read, err := config.ReadStackFile(env.WorkDir(), "odd")
		require.NoError(t, err, name)
		for key, value := range want {
			got, found := read.GetConfig(key)
			assert.Equal(t, value.Value, got, "%s: %s", name, key)
			assert.True(t, found, "%s: %s", name, key)
		}
		for _, key := range read.Keys {
			assert.Contains(t, want, key, name)
		}
	}
}
