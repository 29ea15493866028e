package eks

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// chart is what Helm makes of the application's chart with the values of the last run.
func (s *stack) chart() string {
	s.T.Helper()
	values, err := json.Marshal(s.MustOutputs()["helmValues"])
	require.NoError(s.T, err)
	dir := s.T.TempDir()
	file := filepath.Join(dir, "values.json")
	require.NoError(s.T, os.WriteFile(file, values, 0o600))
	cmd := exec.CommandContext(s.T.Context(), tools.At(s.T, tools.Helm), "template", "core-api", "../charts/application", "--namespace", s.namespace,
		"--values", file, "--set", "image="+s.image("writer"))
	cmd.Env = append(os.Environ(), "HELM_CONFIG_HOME="+dir, "HELM_CACHE_HOME="+dir, "HELM_DATA_HOME="+dir)
	out, err := cmd.Output()
	require.NoError(s.T, err)
	return string(out)
}

// argo applies the chart as Argo CD does, which takes fields that others have.
func (s *stack) argo() {
	s.T.Helper()
	s.mustKubectl(s.chart(), "apply", "--server-side", "--force-conflicts", "--field-manager=argocd-controller", "-f", "-")
}

// synchronise makes the operator read the secret, as just db-rotate does, and waits until the pods' Secret has the instance's password.
func (s *stack) synchronise() {
	s.T.Helper()
	synced := func() string {
		return s.One(live.ExternalSecretType).Properties.Text("status", "syncedResourceVersion")
	}
	before := synced()
	out, err := s.kubectl(Deployer, "", "annotate", "externalsecrets.external-secrets.io/core-api-db", "mosaic-database/force-sync="+rand.Text(), "--overwrite")
	require.NoError(s.T, err, out)
	s.current()
	require.Eventually(s.T, func() bool { return synced() != before }, time.Minute, 50*time.Millisecond, "by which the recipe knows that the operator has read")
}

// TestBothDeliveries: the chart brings the objects with the values of the outputs; the program takes them over, and gives them back. A rotation
// reaches the pods each time, and the ExternalSecret is the same object throughout.
func TestBothDeliveries(t *testing.T) {
	tools.Need(t, tools.Helm)
	t.Parallel()
	s := start(t, engine.Override{Path: "delivery", Value: "gitops"})
	w := s.pushWriters("writer")
	s.MustSet("migrations.image", s.image("writer"))
	s.MustUp()
	s.argo()
	s.mustKubectl("", "wait", "--for=condition=Complete", "--timeout=60s", "job", "--all")
	external := s.One(live.ExternalSecretType).Properties.Text("metadata", "uid")
	w.written("mosaicadmin")

	s.MustSet("database.passwordVersion", "2")
	s.MustUp()
	s.locked(w)
	s.synchronise()
	s.open(w)

	s.MustSet("delivery", "handover")
	s.MustUp()
	s.MustSet("delivery", "pulumi")
	s.MustUp()
	s.argo() // with values in which the objects are disabled
	assert.Empty(t, s.MustPreview())
	s.MustSet("database.passwordVersion", "3")
	s.MustUp()
	s.current()
	s.locked(w)
	s.open(w)

	s.MustSet("delivery", "handover")
	s.MustUp()
	out, err := s.kubectl(Admin, s.chart(), "apply", "--server-side", "--field-manager=argocd-controller", "-f", "-")
	assert.Error(t, err)
	assert.Contains(t, out, `conflicts with "pulumi-kubernetes-mosaic-database"`)
	s.argo()
	s.MustSet("delivery", "gitops")
	s.MustUp()
	assert.Empty(t, s.MustPreview())
	assert.Equal(t, external, s.One(live.ExternalSecretType).Properties.Text("metadata", "uid"))
	s.MustSet("database.passwordVersion", "4")
	s.MustUp()
	s.synchronise()
	s.locked(w)
	s.open(w)
}
