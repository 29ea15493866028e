package eks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// revision is an image of the application whose second migration runs a statement.
func (s *stack) revision(statement string) Image {
	s.T.Helper()
	image := application(s.T)
	folder := s.T.TempDir()
	require.NoError(s.T, os.CopyFS(folder, os.DirFS(image.WorkingDir)))
	script := "from alembic import op\nrevision = '0002'\ndown_revision = '0001'\n\n\ndef upgrade():\n    op.execute(\"\"\"" + statement + "\"\"\")\n"
	require.NoError(s.T, os.WriteFile(filepath.Join(folder, "versions", "0002_more.py"), []byte(script), 0o600))
	image.WorkingDir = folder
	return image
}

// TestMigrations: the error of a migration that fails has its words, and the tables are as they were; the fixed one goes on from there.
func TestMigrations(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.push("broken", s.revision("ALTER TABLE absent ADD COLUMN n int"))
	s.push("fixed", s.revision("ALTER TABLE memories ADD COLUMN n int"))
	s.MustSet("migrations.image", s.image("broken"))
	s.MustSet("migrations.backoffLimit", "0")
	said := s.MustFail(s.Up(t.Context()))
	assert.Contains(t, said, `relation "absent" does not exist`)
	assert.Contains(t, said, "BackoffLimitExceeded")
	c := s.connect("DB_LIBPQ_URL")
	var tables int
	require.NoError(t, c.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables))
	assert.Zero(t, tables, "one transaction for all revisions")

	s.MustSet("migrations.image", s.image("fixed"))
	s.MustUp()
	_, err := c.Exec(t.Context(), "INSERT INTO memories (n) VALUES (1)")
	require.NoError(t, err)

	// The container waits for a Secret of the user's own, and the run for the container.
	s.MustSet("migrations.secretEnv.SENTRY_DSN", "core-api-sentry/dsn")
	s.MustSet("migrations.attempt", "2")
	done := make(chan error, 1)
	go func() { _, err := s.Up(t.Context()); done <- err }()
	require.Eventually(t, func() bool {
		return strings.Contains(strings.Join(s.Cloud.Events(), "\n"), `secret "core-api-sentry" not found`)
	}, time.Minute, 100*time.Millisecond)
	s.AddKubeSecret(s.namespace, "core-api-sentry", "Opaque", map[string]any{"other": "eA=="})
	require.Eventually(t, func() bool {
		return strings.Contains(strings.Join(s.Cloud.Events(), "\n"), "couldn't find key dsn in Secret "+s.namespace+"/core-api-sentry")
	}, time.Minute, 100*time.Millisecond)
	s.AddKubeSecret(s.namespace, "core-api-sentry", "Opaque", map[string]any{"dsn": "eA=="})
	require.NoError(t, <-done)
	assert.Empty(t, s.MustPreview())
}

// TestAMigrationThatHangs ends at its deadline.
func TestAMigrationThatHangs(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Override{Path: "migrations.deadlineSeconds", Value: "30"})
	s.push("hangs", s.revision("SELECT pg_sleep(600)"))
	s.MustSet("migrations.image", s.image("hangs"))
	s.Cloud.Patience = 0
	began := time.Now()
	said := s.MustFail(s.Up(t.Context()))
	assert.Contains(t, said, "[DeadlineExceeded] Job was active longer than specified deadline")
	assert.Less(t, time.Since(began), 90*time.Second)
	// The server ends the statement by itself, because nobody may be left to do it.
	var running int
	c := s.connect("DB_LIBPQ_URL")
	require.Eventually(t, func() bool {
		err := c.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'").Scan(&running)
		return err == nil && running == 0
	}, 30*time.Second, 100*time.Millisecond)
}

// TestAPreviewThatOnlyReads: with the permissions of the pipeline's role for pull requests, a preview is that of the deployer, although the API
// server refuses dry runs. An up stops at the first object, and says what may not be done.
func TestAPreviewThatOnlyReads(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Override{Path: "migrations.enabled", Value: "false"})
	s.MustUp()
	s.MustSet("additionalApps.worker.serviceAccount", "worker")
	s.MustSet("database.passwordVersion", "2")
	planned := s.MustPreview()
	assert.Contains(t, planned, "update "+live.ExternalSecretType+"::core-api-db")

	s.as(Previewer)
	assert.Equal(t, planned, s.MustPreview())
	assert.Equal(t, planned, s.Changes(s.Preview(t.Context(), optpreview.Refresh())), "it may read what there is")
	said := s.MustFail(s.Up(t.Context()))
	assert.Contains(t, said, `User "preview" cannot`)
	// Which of the two is first, the new ServiceAccount or the ExternalSecret, is not said.
	assert.Regexp(t, `in API group "(|external-secrets\.io)" in the namespace "`+s.namespace+`"`, said)
	s.as(Deployer)
	s.MustUp()
	assert.Empty(t, s.MustPreview())
}
