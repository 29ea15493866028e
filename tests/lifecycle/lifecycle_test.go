// Package lifecycle tests the life of a stack on the real engine: deployed, deployed again, upgraded, migrated, restored and removed.
package lifecycle

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// TestLifecycleOfProd: an up creates what the preview shows, a second run changes nothing, the outputs keep the contract, and a destroy
// is refused before anything is touched.
func TestLifecycleOfProd(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod")

	shown := l.MustPreview()
	for _, want := range []string{
		"aws:rds/instance:Instance::mosaic-prod-db",
		"aws:rds/subnetGroup:SubnetGroup::mosaic-prod-db",
		"aws:rds/parameterGroup:ParameterGroup::mosaic-prod-db",
		"aws:ec2/securityGroup:SecurityGroup::mosaic-prod-db",
		"aws:cloudwatch/logGroup:LogGroup::/aws/rds/instance/mosaic-prod-db/postgresql",
		"aws:cloudwatch/logGroup:LogGroup::/aws/rds/instance/mosaic-prod-db/upgrade",
		"aws:secretsmanager/secret:Secret::mosaic/prod/rds/credentials",
		"aws:secretsmanager/secret:Secret::mosaic/prod/rds/connection",
		"aws:iam/role:Role::mosaic-prod-core-api-secrets-role",
		"kubernetes:core/v1:ServiceAccount::core-api",
		"kubernetes:external-secrets.io/v1:SecretStore::aws-secrets-manager",
		"kubernetes:external-secrets.io/v1:ExternalSecret::core-api-db",
	} {
		assert.Contains(t, shown, "create "+want)
	}
	assert.Regexp(t, `create kubernetes:batch/v1:Job::core-api-migration-[0-9a-f]{10}`, strings.Join(shown, "\n"))
	assert.Empty(t, l.Cloud.Objects(live.InstanceType), "a preview makes nothing")

	assert.Equal(t, shown, l.MustUp(), "an up makes what the preview showed")
	checkContract(t, l.MustOutputs())
	password := l.One(live.InstanceType).Properties.Text("password")
	assert.Equal(t, password, l.KubeSecret("DB_PASSWORD"), "the cluster has the instance's password")
	assert.Contains(t, l.KubeSecret("DB_URL"), "postgresql+psycopg://mosaicadmin:"+password+"@mosaic-prod-db.")
	var contents []string
	for _, version := range l.Cloud.Objects(live.SecretVersionType) {
		contents = append(contents, version.Properties.Text("secretString"))
	}
	assert.Contains(t, contents, fmt.Sprintf(`{"dbInstanceIdentifier":"mosaic-prod-db","dbname":"mosaic","engine":"postgres","host":%q,"password":%q,"port":5432,"username":"mosaicadmin"}`,
		l.KubeSecret("DB_HOST"), password), "as AWS writes the secret of a database")

	assert.Empty(t, l.MustPreview(), "a second preview shows nothing")
	assert.Empty(t, l.MustUp(), "a second up changes nothing")
	_, err := l.Refresh(t.Context())
	require.NoError(t, err)
	assert.Empty(t, l.MustUp(), "an up after a refresh changes nothing")

	for _, destroy := range []func() (*engine.Result, error){
		func() (*engine.Result, error) { return l.PreviewDestroy(t.Context()) },
		func() (*engine.Result, error) { return l.Destroy(t.Context()) }, // as with --skip-preview
	} {
		assert.Contains(t, l.MustFail(destroy()), "protect")
		for _, kind := range []string{live.InstanceType, live.RoleType, live.KubeSecretType, live.RolePolicyType, live.ServiceAccountType} {
			l.One(kind)
		}
		assert.Len(t, l.Cloud.Objects(live.SecretType), 2)
	}
	l.MustUp()
	assert.Equal(t, password, l.One(live.InstanceType).Properties.Text("password"), "and an up repairs what the destroy began")
	l.NoLeak(password)
}

// checkContract: there is every output of the contract, with its type, and no other.
func checkContract(t *testing.T, outputs map[string]any) {
	t.Helper()
	assert.Len(t, outputs, len(stack.Outputs()))
	for _, output := range stack.Outputs() {
		value, ok := outputs[output.Name]
		require.True(t, ok, "no output %s", output.Name)
		switch output.Type {
		case "string":
			assert.Equal(t, strings.Contains(output.Description, "; empty without"), value == "", output.Name)
			assert.IsType(t, "", value, output.Name)
		case "number":
			assert.IsType(t, 0.0, value, output.Name)
		case "array":
			assert.IsType(t, []any{}, value, output.Name)
		case "object":
			assert.IsType(t, map[string]any{}, value, output.Name)
		default:
			t.Errorf("%s has the type %q", output.Name, output.Type)
		}
	}
}

// TestRemovalTakesTwoSteps: a stack is removed by turning the protection off, and then destroying it. Prod leaves a final snapshot and
// recoverable secrets, dev leaves nothing.
func TestRemovalTakesTwoSteps(t *testing.T) {
	for name, test := range map[string]struct{ snapshots, recoverable int }{
		"prod": {snapshots: 1, recoverable: 2},
		"dev":  {snapshots: 0, recoverable: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := live.Started(t, name)
			password := l.One(live.InstanceType).Properties.Text("password")
			assert.Contains(t, l.MustFail(l.PreviewDestroy(t.Context())), "protect")
			l.One(live.InstanceType)

			l.MustSet("database.deletionProtection", "false")
			changed := l.MustUp()
			assert.Equal(t, []string{"update aws:rds/instance:Instance::mosaic-" + name + "-db"}, changed)
			result, err := l.Destroy(t.Context())
			require.NoError(t, err)
			l.Hear(result)
			for _, kind := range []string{live.InstanceType, live.SecretType, live.RoleType, live.JobType, live.KubeSecretType} {
				assert.Empty(t, l.Cloud.Objects(kind), kind)
			}
			snapshots := l.Cloud.Objects(simcloud.SnapshotType)
			assert.Len(t, snapshots, test.snapshots)
			assert.Len(t, l.Cloud.Objects(simcloud.DeletedSecret), test.recoverable)
			l.NoLeak(password)
		})
	}
}

// TestTheUpgradePath takes prod through all tiers and back. Every step updates the instance in place.
func TestTheUpgradePath(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	id := l.One(live.InstanceType).ID
	const primary = "aws:rds/instance:Instance::mosaic-prod-db"
	for _, step := range []struct {
		tier string
		want []string
	}{
		{"small", []string{"update " + primary}},
		{"medium", []string{"update " + primary}},
		{"ha", []string{"update " + primary}},
		{"scale", []string{
			"create " + primary + "-replica-1",
			"create aws:cloudwatch/logGroup:LogGroup::/aws/rds/instance/mosaic-prod-db-replica-1/postgresql",
			"create aws:cloudwatch/logGroup:LogGroup::/aws/rds/instance/mosaic-prod-db-replica-1/upgrade",
			"update " + primary,
		}},
		{"mvp", []string{
			"delete " + primary + "-replica-1",
			"delete aws:cloudwatch/logGroup:LogGroup::/aws/rds/instance/mosaic-prod-db-replica-1/postgresql",
			"delete aws:cloudwatch/logGroup:LogGroup::/aws/rds/instance/mosaic-prod-db-replica-1/upgrade",
			"update " + primary,
		}},
	} {
		l.MustSet("tier", step.tier)
		// Alarms and the dashboard follow the instances.
		changed := slices.DeleteFunc(l.MustUp(), func(change string) bool {
			return strings.Contains(change, "MetricAlarm::") || strings.Contains(change, "Dashboard::") || strings.Contains(change, "EventSubscription::")
		})
		assert.ElementsMatch(t, step.want, changed, step.tier)
		assert.Empty(t, l.MustPreview(), "%s, a second time", step.tier)
		if step.tier == "scale" {
			assert.Len(t, l.MustOutputs()["replicaEndpoints"], 1)
		}
	}
	assert.Equal(t, id, l.One(live.InstanceType).ID, "it is still the same instance")
}

// TestForeignCredentials: a run with the credentials of another account fails before it creates anything.
func TestForeignCredentials(t *testing.T) {
	t.Parallel()
	l := live.StartWith(t, engine.Options{Stack: "prod", AccountID: "999999999999"})
	for _, run := range []func() (*engine.Result, error){
		func() (*engine.Result, error) { return l.Preview(t.Context()) },
		func() (*engine.Result, error) { return l.Up(t.Context()) },
	} {
		assert.Contains(t, l.MustFail(run()), "999999999999")
	}
	for _, operation := range l.Cloud.Log() {
		assert.NotEqual(t, "create", operation.Op, operation.Type)
	}
}
