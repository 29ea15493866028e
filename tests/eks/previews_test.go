package eks

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// preview is what Helm makes of the chart of preview databases in a namespace, with the values of the last run: of one of its templates.
func (s *stack) preview(namespace, template string) string {
	s.T.Helper()
	values, err := json.Marshal(s.MustOutputs()["previews"])
	require.NoError(s.T, err)
	dir := s.T.TempDir()
	file := filepath.Join(dir, "values.json")
	require.NoError(s.T, os.WriteFile(file, values, 0o600))
	cmd := exec.CommandContext(s.T.Context(), tools.At(s.T, tools.Helm), "template", "core-api", "../../charts/preview-database", "--namespace", namespace,
		"--values", file, "--show-only", "templates/"+template+".yaml")
	cmd.Env = append(os.Environ(), "HELM_CONFIG_HOME="+dir, "HELM_CACHE_HOME="+dir, "HELM_DATA_HOME="+dir)
	out, err := cmd.Output()
	require.NoError(s.T, err)
	return string(out)
}

// TestAPreviewHasItsDatabase: the chart's objects make the database and the application's Secret in a preview's namespace, and its hooks drop it
// after everything else is gone. In a namespace of another name, the role is not to be had.
func TestAPreviewHasItsDatabase(t *testing.T) {
	tools.Need(t, tools.Helm)
	t.Parallel()
	s := start(t, engine.Override{Path: "database.credentials", Value: "alternating"}, engine.Override{Path: "previews.namespaces", Value: "preview-*"})
	s.MustUp()
	own := s.namespace
	namespace, stranger := "preview-"+own, "other-"+own
	for _, name := range []string{namespace, stranger} {
		require.NoError(t, s.cluster.Namespace(t.Context(), name))
		t.Cleanup(func() { assert.NoError(t, s.cluster.Remove(context.Background(), name)) })
	}
	in := func(namespace, input string, args ...string) string {
		t.Helper()
		s.namespace = namespace
		defer func() { s.namespace = own }()
		return s.mustKubectl(input, args...)
	}
	made := s.preview(namespace, "make")
	in(namespace, made, "apply", "-f", "-")
	in(namespace, "", "wait", "--for=condition=Complete", "--timeout=90s", "job", "--all")
	in(namespace, "", "wait", "--for=condition=Ready", "--timeout=60s", "externalsecret", "core-api-db")
	encoded := in(namespace, "", "get", "secret", "core-api-db-secret", "-o", "jsonpath={.data.DB_LIBPQ_URL}")
	url, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	database := strings.ReplaceAll(namespace, "-", "_")
	require.Contains(t, string(url), "/"+database)
	connect := func() (*pgx.Conn, error) { return pgx.Connect(t.Context(), string(url)+"?sslmode=require") }
	c, err := connect()
	require.NoError(t, err)
	_, err = c.Exec(t.Context(), "CREATE TABLE memories (body text)")
	require.NoError(t, err)

	in(stranger, strings.ReplaceAll(made, namespace, stranger), "apply", "-f", "-")
	refused := in(stranger, "", "wait", "--for=jsonpath={.status.conditions[0].reason}=SecretSyncedError", "--timeout=60s", "externalsecret", "core-api-db")
	assert.Contains(t, refused, "condition met")

	in(namespace, made, "delete", "-f", "-")
	in(namespace, s.preview(namespace, "drop"), "apply", "-f", "-")
	in(namespace, "", "wait", "--for=condition=Complete", "--timeout=90s", "job", "core-api-preview-database-drop")
	_, err = connect()
	assert.ErrorContains(t, err, `database "`+database+`" does not exist`)
	assert.Empty(t, s.MustPreview())
}
