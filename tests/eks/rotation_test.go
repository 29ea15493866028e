package eks

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
)

// TestAlternatingLoginsWhilePodsWrite: bootstrap, migration and pods verify the server with the region's bundle, and with another one the
// bootstrap refuses it. Pods that write without a pause see no rotation: none of their logins is refused.
func TestAlternatingLoginsWhilePodsWrite(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Override{Path: "database.credentials", Value: "alternating"}, engine.Override{Path: "tls.caBundleConfigMap", Value: "rds-ca"})
	w := s.pushWriters("writer")
	another, _ := servers.Certificate(t, "another")
	file := filepath.Join(t.TempDir(), "another.pem")
	require.NoError(t, os.WriteFile(file, []byte(another), 0o600))
	s.bundle(file)
	s.Cloud.Patience = 5 * time.Second
	assert.Contains(t, s.MustFail(s.Up(t.Context())), "SSL error: certificate verify failed")

	s.bundle(shared.region.Bundle())
	s.Cloud.Patience = 40 * time.Second
	s.MustUp()
	assert.Equal(t, "verify-full", s.KubeSecret("PGSSLMODE"))
	s.mustKubectl(strings.ReplaceAll(deployment, "IMAGE", s.image("writer")), "apply", "-f", "-")
	w.written("core_api_a")

	for _, next := range []struct{ version, login string }{{"2", "core_api_b"}, {"3", "core_api_a"}} {
		s.MustSet("database.passwordVersion", next.version)
		s.MustUp()
		w.restart()
		w.written(next.login)
	}
	s.MustSet("database.masterPasswordVersion", "1")
	s.MustUp()
	w.written("core_api_a")
	assert.Empty(t, w.refused())
	assert.Empty(t, s.MustPreview())
}
