package eks

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/servers"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// poolers are the addresses to which the Service of the pooler leads.
func (s *stack) poolers() []string {
	s.T.Helper()
	var all []string
	for _, e := range s.list(schema.GroupVersionKind{Version: "v1", Kind: "Endpoints"}) {
		subsets, _, _ := unstructured.NestedSlice(e.Object, "subsets")
		for _, subset := range subsets {
			addresses, _, _ := unstructured.NestedSlice(subset.(map[string]any), "addresses")
			for _, address := range addresses {
				all = append(all, Address(address.(map[string]any)["ip"].(string)))
			}
		}
	}
	return all
}

// through connects through one pod of the pooler, with the URL of the application's Secret.
func (s *stack) through(address string) (*pgx.Conn, error) {
	s.T.Helper()
	url := strings.Replace(s.KubeSecret("DB_LIBPQ_URL"), "core-api-pooler."+s.namespace+".svc", address, 1)
	require.Contains(s.T, url, "@"+address+":6432/")
	return pgx.Connect(s.T.Context(), url+"?sslmode=require&default_query_exec_mode=simple_protocol")
}

// TestPooler: the application's URL leads through the real PgBouncer, which verifies the server, to the database; after a rotation, it has the
// new password in the same run.
func TestPooler(t *testing.T) {
	tools.Need(t, tools.PgBouncer)
	t.Parallel()
	s := start(t, live.Pooled()...)
	image, err := Pooler(tools.At(t, tools.PgBouncer))
	require.NoError(t, err)
	require.NoError(t, s.cluster.Push("edoburu/pgbouncer", image))
	certificate, key := servers.Certificate(t, "pooler")
	s.AddKubeSecret(s.namespace, "pooler-tls", "kubernetes.io/tls", map[string]any{
		"tls.crt": base64.StdEncoding.EncodeToString([]byte(certificate)), "tls.key": base64.StdEncoding.EncodeToString([]byte(key)),
	})
	s.MustSet("tls.caBundleConfigMap", "rds-ca")
	s.bundle(shared.region.Bundle())
	t.Cleanup(func() {
		if t.Failed() {
			logs, _ := s.kubectl(Admin, "", "logs", "deployment/core-api-pooler", "--all-pods")
			t.Log(logs)
		}
	})
	for _, version := range []string{"1", "2"} {
		s.MustSet("database.passwordVersion", version)
		s.MustUp()
		s.current()
		require.Len(t, s.poolers(), 2)
		for _, address := range s.poolers() {
			c, err := s.through(address)
			require.NoError(t, err)
			_, err = c.Exec(t.Context(), fmt.Sprintf("INSERT INTO memories (body) VALUES ('through %s')", address))
			require.NoError(t, err)
			require.NoError(t, c.Close(t.Context()))
		}
	}
	var rows int
	c := s.connect("DB_DIRECT_LIBPQ_URL")
	require.NoError(t, c.QueryRow(t.Context(), "SELECT count(DISTINCT body) FROM memories").Scan(&rows))
	assert.Equal(t, 4, rows, "two pods, and two in their places")
}
