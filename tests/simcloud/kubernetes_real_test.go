package simcloud

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// A kubeconfig leads to the real API server of an EKS cluster if it has its URL, its authority, and gets tokens for that cluster. One
// server can stand for several clusters.
func TestRealClusters(t *testing.T) {
	w := newWorld(t)
	server := kube.Server{URL: "https://127.0.0.1:1", Authority: "ca", Token: "t"}
	w.cloud.Clusters = map[string]Cluster{"mosaic-prod": {Server: server}, "mosaic-dev": {Server: server}}
	k := &kubernetes{w.cloud}
	eks, err := w.aws.invoke("aws:eks/getCluster:getCluster", Properties{"name": "mosaic-dev"})
	require.NoError(t, err)
	assert.Equal(t, server.URL, eks.Text("endpoint"))
	assert.Equal(t, base64.StdEncoding.EncodeToString([]byte("ca")), eks.List("certificateAuthorities")[0].Text("data"))
	auth, err := w.aws.invoke("aws:eks/getClusterAuth:getClusterAuth", Properties{"name": "mosaic-dev"})
	require.NoError(t, err)
	assert.Equal(t, "t", auth.Text("token"))

	for _, name := range []string{"mosaic-dev", "mosaic-prod"} {
		connected, err := k.connect(Properties{"kubeconfig": kubeconfigOf(eks, name)})
		require.NoError(t, err)
		assert.Equal(t, name, connected)
	}
	_, err = k.connect(Properties{"kubeconfig": kubeconfigOf(eks, "another")})
	assert.ErrorContains(t, err, "the token is not for the cluster")
	_, err = k.connect(Properties{"kubeconfig": kubeconfigOf(w.eks, "mosaic-prod")})
	assert.ErrorContains(t, err, "no such host", "the simulated one is not there any more")
	w.cloud.Clusters["mosaic-dev"], w.cloud.Clusters["mosaic-prod"] = Cluster{Server: kube.Server{URL: server.URL, Authority: "b"}}, Cluster{}
	_, err = k.connect(Properties{"kubeconfig": kubeconfigOf(eks, "mosaic-dev")})
	assert.ErrorContains(t, err, "unknown authority")
}

// waiting is a remote session that waits for somebody who asks the cloud.
type waiting struct {
	session
	cloud *Cloud
}

func (waiting) remote() {}

func (w waiting) create(request) (string, Properties, error) {
	w.cloud.Objects("")
	return "id", Properties{}, nil
}

func (waiting) secretOutputs(string) []string { return nil }

// The operator in a real cluster asks Secrets Manager while the provider waits for it, and other resources are created meanwhile.
func TestARemoteSessionDoesNotLockTheCloud(t *testing.T) {
	w := newWorld(t)
	e := w.kube.server.(*endpoint)
	for connection, s := range e.sessions {
		e.sessions[connection] = waiting{s, w.cloud}
	}
	w.cloud.Takes = func(Operation) {}
	done := make(chan error)
	go func() {
		_, _, err := w.kube.create(serviceAccountType, w.chain().account)
		done <- err
	}()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(5 * time.Second):
		t.Fatal("the cloud is locked")
	}
	assert.Equal(t, "create", w.cloud.Log()[len(w.cloud.Log())-1].Op, "and its operations are in the log")
}

func TestLimits(t *testing.T) {
	annotated := Properties{"metadata": metadata("x", map[string]any{"pulumi.com/timeoutSeconds": "30"})}
	for _, tc := range []struct {
		patience time.Duration
		seconds  float64
		manifest Properties
		want     time.Duration
	}{
		{0, 0, Properties{}, 10 * time.Minute},
		{0, 0, annotated, 30 * time.Second},
		{0, 90, annotated, 90 * time.Second},
		{time.Minute, 90, annotated, time.Minute},
		{time.Minute, 0, annotated, 30 * time.Second},
	} {
		assert.Equal(t, tc.want, (&realCluster{patience: tc.patience}).limit(tc.seconds, tc.manifest))
	}
}

// A refresh of an object does not take what the API server adds to the items of its lists for a change.
func TestRefreshedLists(t *testing.T) {
	inputs := map[string]any{"data": []any{map[string]any{"key": "a"}}, "names": texts("a")}
	live := map[string]any{"data": []any{map[string]any{"key": "b", "added": "x"}}, "names": texts("a", "b"), "status": "x"}
	assert.Equal(t, map[string]any{"data": []any{map[string]any{"key": "b"}}, "names": texts("a", "b")}, refreshed(inputs, live))
}
