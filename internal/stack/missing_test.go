package stack

import (
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// served is an API server that answers with what a real one has: a group of the discovery API, objects, and a Status where it refuses.
func served(t *testing.T, answers map[string]string) *apiServer {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, there := answers[r.URL.Path]
		switch {
		case r.Header.Get("Authorization") != "Bearer k8s-aws-v1.token":
			w.WriteHeader(http.StatusUnauthorized)
		case answer == "forbidden":
			w.WriteHeader(http.StatusForbidden)
		case !there:
			w.WriteHeader(http.StatusNotFound)
		default:
			_, _ = w.Write([]byte(answer))
		}
	}))
	t.Cleanup(server.Close)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	s, err := newAPIServer(eksCluster{endpoint: server.URL, certificateAuthority: base64.StdEncoding.EncodeToString(authority)}, "k8s-aws-v1.token")
	require.NoError(t, err)
	return s
}

const (
	operatorPath = "/apis/external-secrets.io"
	operator     = `{"kind":"APIGroup","apiVersion":"v1","name":"external-secrets.io","versions":[
		{"groupVersion":"external-secrets.io/v1","version":"v1"},{"groupVersion":"external-secrets.io/v1beta1","version":"v1beta1"}],
		"preferredVersion":{"groupVersion":"external-secrets.io/v1","version":"v1"}}`
	oldOperator = `{"kind":"APIGroup","apiVersion":"v1","name":"external-secrets.io","versions":[{"groupVersion":"external-secrets.io/v1beta1","version":"v1beta1"}]}`
	namespace   = "/api/v1/namespaces/mosaic-prod"
	store       = "/apis/external-secrets.io/v1/clustersecretstores/shared"
)

// What the cluster lacks is said, each thing once; what the role may not read is not taken for missing.
func TestWhatTheClusterLacks(t *testing.T) {
	cfg := &config.Config{}
	cfg.Cluster.Name = "mosaic-prod"
	cfg.App.Name, cfg.App.Namespace = "core-api", "mosaic-prod"
	keys := func(s *apiServer) []string {
		var all []string
		problems, _ := s.missing(t.Context(), cfg)
		for _, problem := range problems {
			all = append(all, problem.Key)
		}
		return all
	}
	all := map[string]string{operatorPath: operator, namespace: "{}", store: "{}"}
	assert.Empty(t, keys(served(t, all)))
	assert.Equal(t, []string{"mosaic-database:cluster.name", "mosaic-database:app.namespace"}, keys(served(t, nil)))
	forbidden := served(t, map[string]string{operatorPath: "forbidden", namespace: "forbidden"})
	assert.Empty(t, keys(forbidden))
	_, warnings := forbidden.missing(t.Context(), cfg)
	if assert.Len(t, warnings, 1) {
		assert.Contains(t, warnings[0], "mosaic-database:app.namespace: mosaic-prod: the cluster mosaic-prod does not let this role read the namespace")
	}

	problems, warnings := served(t, map[string]string{operatorPath: oldOperator, namespace: "{}"}).missing(t.Context(), cfg)
	assert.Empty(t, warnings)
	if assert.Len(t, problems, 1) {
		assert.Contains(t, problems[0].Rule, "serves external-secrets.io/v1; this one serves v1beta1")
	}

	cfg.App.ClusterSecretStore = "shared"
	assert.Empty(t, keys(served(t, all)))
	delete(all, store)
	assert.Equal(t, []string{"mosaic-database:app.clusterSecretStore"}, keys(served(t, all)))

	cfg.App.CreateNamespace, cfg.App.ClusterSecretStore = true, ""
	delete(all, namespace)
	assert.Empty(t, keys(served(t, all)), "this run makes it")

	wrong := served(t, nil)
	wrong.token = "expired"
	assert.Empty(t, keys(wrong))
	gone := served(t, nil)
	gone.endpoint = "https://127.0.0.1:1"
	assert.Empty(t, keys(gone), "the provider says that the cluster is unreachable")
}
