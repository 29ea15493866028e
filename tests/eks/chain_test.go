package eks

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheWholeChain: one up makes the instance, its secrets, the role and the objects; the operator reads the secret with the role; the
// Job gets the Secret, and Alembic makes the tables.
func TestTheWholeChain(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.MustUp()
	c := s.connect("DB_LIBPQ_URL")
	var tables int
	require.NoError(t, c.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE tablename IN ('memories', 'alembic_version')").Scan(&tables))
	assert.Equal(t, 2, tables)
}
