package eks

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// TestWhatTheClusterLacks: a preview asks the API server itself. What is not there is refused before anything is registered; a namespace
// that the pipeline's role may not look at is a warning.
func TestWhatTheClusterLacks(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Override{Path: "app.clusterSecretStore", Value: "no-such-store"})
	s.as(Admin) // the pipeline's roles may not look at the stores of the cluster
	why := s.MustFail(s.Up(t.Context()))
	assert.Contains(t, why, "mosaic-database:app.clusterSecretStore: no-such-store")
	assert.NotContains(t, why, "External Secrets Operator", "it is there")
	assert.NotContains(t, why, "app.namespace:", "it is there")
	assert.Empty(t, s.Cloud.Objects(live.InstanceType))

	require.NoError(t, s.Unset(t.Context(), "app.clusterSecretStore"))
	in := func(namespace string) {
		require.NoError(t, s.Set(t.Context(), engine.Override{Path: "app.namespace", Value: namespace}))
	}
	in("of-others")
	assert.Contains(t, s.MustFail(s.Preview(t.Context())), "mosaic-database:app.namespace: of-others")
	for _, user := range []User{Previewer, Deployer} {
		s.as(user)
		preview, err := s.Preview(t.Context())
		require.NoError(t, err)
		assert.Contains(t, preview.Stdout+preview.Stderr, "does not let this role read the namespace", "%s", user)
	}
	in(s.namespace)
	s.as(Previewer)
	preview, err := s.Preview(t.Context())
	require.NoError(t, err)
	assert.NotContains(t, preview.Stdout+preview.Stderr, "does not let this role read")
}
