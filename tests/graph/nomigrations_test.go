package graph

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// The network policies of the bootstrap Job and of the pooler allow the database's addresses, also without a migration.
func TestPodsReachTheDatabaseWithoutMigrations(t *testing.T) {
	for name, overrides := range map[string]map[string]string{
		"bootstrap": {"mosaic-database:database": `{"credentials": "alternating"}`},
		"pooler": {
			"mosaic-database:pooling": `{"enabled": true, "tlsSecretName": "pooler-tls"}`, "mosaic-database:tls": `{"caBundleConfigMap": "rds-ca"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			values := recorder.StackFile(t, "prod")
			values["mosaic-database:migrations"] = `{"enabled": false}`
			maps.Copy(values, overrides)
			all := recorder.Up(t, "prod", values).Registrations
			var policies []string
			for _, one := range all {
				if one.Type == "kubernetes:networking.k8s.io/v1:NetworkPolicy" {
					policies = append(policies, one.Name)
				}
			}
			assert.Equal(t, []string{"core-api-" + name}, policies)
		})
	}
}
