package stackfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseEdits(t *testing.T) {
	edits, err := ParseEdits([]string{"a.b=c=d-", "a.list[0]=", "restore.serving-", "migrations.attempt+"})
	require.NoError(t, err)
	assert.Equal(t, []Edit{{Set, "a.b", "c=d-"}, {Set, "a.list[0]", ""}, {Remove, "restore.serving", ""}, {Raise, "migrations.attempt", ""}}, edits)
	for _, wrong := range []string{"", "=", "-", "+", "restore.serving"} {
		_, err := ParseEdits([]string{wrong})
		assert.ErrorContains(t, err, "is not an edit of a stack file", wrong)
	}
}

// Pulumi takes an object in JSON for one without fields, and would leave the edited one alone in it.
func TestEditsKeepWhatIsThere(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("Pulumi.prod.yaml", []byte(`x: &x '{"generation": 2}'
config: {database: '{"engineVersion": "16"}', mosaic-database:restore: *x, migrations: {image: "a:1"}, environment: live}
`), 0o600))
	file := File{Stack: "prod"}
	require.NoError(t, file.Keeps("migrations.attempt", "environment", "app.name"))
	for _, key := range []string{"database.passwordVersion", "restore.generation"} {
		_, err := file.Apply(t.Context(), Edit{Verb: Set, Key: key, Value: "2"})
		assert.ErrorContains(t, err, "in Pulumi.prod.yaml is one string, which setting "+key+" would overwrite")
	}
}

// The edits are undone as long as the log has nothing but a preview.
func TestBegun(t *testing.T) {
	const previewed, done = `{"resourcePreEvent": {"planning": true}}` + "\n", `{"resourcePreEvent": {}}` + "\n"
	for log, want := range map[string]bool{
		"":                                false,
		previewed + `{"summaryEvent":{}}`: false,
		previewed + done:                  true,
		previewed + `{"resourceP`:         true, // the run was killed
	} {
		file := filepath.Join(t.TempDir(), "events")
		require.NoError(t, os.WriteFile(file, []byte(log), 0o600))
		assert.Equal(t, want, begun(file), log)
	}
	assert.False(t, begun(filepath.Join(t.TempDir(), "none")), "no preview was made")
}
