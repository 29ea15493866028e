package eks

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// TestDumpAndLoadInTheCluster: the Job reads both servers' names and the master user from the operator's Secret, reaches them, and fills the
// instance of the next generation; then the application's Secret leads there, the schema is up to date, and the former one takes no writes.
func TestDumpAndLoadInTheCluster(t *testing.T) {
	t.Parallel()
	// An image of its own: all tests share the registry.
	s := start(t, engine.Override{Path: "database.bootstrapImage", Value: "mosaic-life/client:17"})
	dump, err := filepath.EvalSymlinks(tools.At(t, tools.PgDump))
	require.NoError(t, err)
	client, err := Programs(dump)
	require.NoError(t, err)
	require.NoError(t, s.cluster.Push("mosaic-life/client", client))
	s.MustUp()
	old := s.connect("DB_LIBPQ_URL")
	_, err = old.Exec(t.Context(), "CREATE TABLE kept (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, words text); INSERT INTO kept (words) VALUES ('one'), ('two')")
	require.NoError(t, err)
	host := s.KubeSecret("DB_HOST")

	s.MustSet("restore.generation", "2")
	s.MustSet("restore.dumpAndLoad", "true")
	s.MustSet("restore.sourceInstanceIdentifier", "mosaic-prod-db")
	s.MustUp()
	assert.NotEqual(t, host, s.KubeSecret("DB_HOST"))
	var words string
	require.NoError(t, s.connect("DB_LIBPQ_URL").QueryRow(t.Context(), "INSERT INTO kept (words) VALUES ('three') RETURNING (SELECT string_agg(words, ' ' ORDER BY id) FROM kept)").Scan(&words))
	assert.Equal(t, "one two", words)
	_, err = old.Exec(t.Context(), "INSERT INTO kept (words) VALUES ('late')")
	assert.ErrorContains(t, err, "this instance takes no writes")
	assert.Empty(t, s.MustPreview())
}
