package naming

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Scripts, dashboards and charts of the owners already use these names.
func TestNames(t *testing.T) {
	for want, got := range map[string]string{
		"mosaic-prod-db":                              Instance("prod"),
		"mosaic-prod-db-replica-1":                    Replica(Instance("prod"), 1),
		"mosaic/prod/rds/credentials":                 CredentialsSecret("prod"),
		"mosaic/prod/rds/connection":                  ConnectionSecret("prod"),
		"mosaic-prod-core-api-secrets-role":           SecretsRole("prod", "core-api"),
		"mosaic-prod":                                 Namespace("prod"),
		"core-api-db":                                 ExternalSecret("core-api"),
		"core-api-db-secret":                          KubernetesSecret("core-api"),
		"core-api-migration-0123456789":               MigrationJob("core-api", "0123456789"),
		"aws-secrets-manager":                         SecretStore,
		"/aws/rds/instance/mosaic-prod-db/postgresql": LogGroup(Instance("prod"), "postgresql"),
		"/aws/rds/instance/mosaic-prod-db/upgrade":    LogGroup(Instance("prod"), "upgrade"),
	} {
		assert.Equal(t, want, got)
	}
}

func TestPartition(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "aws", "eu-west-1": "aws", "mx-central-1": "aws", "zz-new-1": "aws",
		"cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b", "eu-isoe-west-1": "aws-iso-e",
		"us-isof-south-1": "aws-iso-f", "eusc-de-east-1": "aws-eusc",
	} {
		assert.Regexp(t, Region, region)
		assert.Equal(t, want, Partition(region), region)
	}
	for _, unknown := range []string{"us-isox-east-1", "us-new-gov-1", "xx-iso-east-1", "moon-base-1", "us-east-1a", "us-east", "us-east-1 "} {
		assert.NotRegexp(t, Region, unknown, "it would get the ARNs of another partition")
	}
}
