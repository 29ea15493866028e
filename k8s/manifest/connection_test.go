package manifest

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// A Job has each variable once, from the entry that leads to the database, and verifies the server if there is a CA bundle.
func TestDirectEnvironment(t *testing.T) {
	cfg := &config.Config{TLS: config.TLS{CaBundlePath: "/etc/ssl/rds/ca-bundle.pem"}}
	chosen := map[string]string{"DATABASE_URL": "url", "LOGIN": "username"}
	for name, test := range map[string]struct {
		keys []Key
		want map[string]string // entries of the Secret by variable, as far as they differ
	}{
		"with a pooler": {PooledConnectionKeys(cfg, chosen), map[string]string{
			"DB_URL": "DB_DIRECT_URL", "DB_LIBPQ_URL": "DB_DIRECT_LIBPQ_URL", "DB_HOST": "DB_DIRECT_HOST", "DB_PORT": "DB_DIRECT_PORT",
			"PGSSLMODE": "DIRECT_PGSSLMODE", "PGSSLROOTCERT": "DIRECT_PGSSLROOTCERT", "DATABASE_URL": "DIRECT_DATABASE_URL",
		}},
		"without": {ConnectionKeys(cfg, chosen), nil},
	} {
		t.Run(name, func(t *testing.T) {
			secret := &Secret{Name: "core-api-db-secret", Keys: test.keys, RemoteVersion: pulumi.String("1")}
			got := map[string]string{}
			for _, variable := range secret.DirectEnvironment() {
				object := variable.(Object)
				name := object["name"].(string)
				assert.NotContains(t, got, name, "a variable is there twice")
				if key, ok := object["valueFrom"].(Object)["secretKeyRef"].(Object)["key"].(pulumi.String); ok {
					got[name] = string(key)
				}
			}
			for _, name := range []string{"DB_URL", "DB_LIBPQ_URL", "DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD", "PGSSLMODE", "PGSSLROOTCERT", "DATABASE_URL", "LOGIN"} {
				want := name
				if direct := test.want[name]; direct != "" {
					want = direct
				}
				assert.Equal(t, want, got[name], name)
				delete(got, name)
			}
			assert.Empty(t, got, "and nothing else")
		})
	}
}
