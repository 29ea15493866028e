package tests

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// TestLifecycleOfProd: what the preview shows is made, a second run changes nothing, the outputs are the
// contract, and a destroy is refused before anything is touched.
func TestLifecycleOfProd(t *testing.T) {
	t.Parallel()
	l := start(t, "prod")

	shown := l.preview()
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
	assert.Empty(t, l.Cloud.Objects(instanceType), "a preview makes nothing")

	assert.Equal(t, shown, l.up(), "an up makes what the preview showed")
	checkContract(t, l.outputs())
	password := l.one(instanceType).Properties.Text("password")
	assert.Equal(t, password, l.kubeSecret("DB_PASSWORD"), "the cluster has the instance's password")
	assert.Contains(t, l.kubeSecret("DB_URL"), "postgresql+psycopg://mosaicadmin:"+password+"@mosaic-prod-db.")

	assert.Empty(t, l.preview(), "a second preview shows nothing")
	assert.Empty(t, l.up(), "a second up changes nothing")
	_, err := l.Refresh(t.Context())
	require.NoError(t, err)
	assert.Empty(t, l.up(), "an up after a refresh changes nothing")

	for _, destroy := range []func() (*engine.Result, error){
		func() (*engine.Result, error) { return l.PreviewDestroy(t.Context()) },
		func() (*engine.Result, error) { return l.Destroy(t.Context()) }, // as with --skip-preview
	} {
		assert.Contains(t, l.refuse(destroy()), "protect")
		for _, kind := range []string{instanceType, roleType, kubeSecretType, "aws:iam/rolePolicy:RolePolicy", "kubernetes:core/v1:ServiceAccount"} {
			l.one(kind)
		}
		assert.Len(t, l.Cloud.Objects(secretType), 2)
	}
	l.up()
	assert.Equal(t, password, l.one(instanceType).Properties.Text("password"), "and an up repairs what the destroy began")
	l.noLeak(password)
}

// checkContract: every output of the contract, of its type, and no other.
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

// TestRemovalTakesTwoSteps: turning the protection off, then destroying. Prod leaves a final snapshot and
// recoverable secrets behind, dev nothing.
func TestRemovalTakesTwoSteps(t *testing.T) {
	for name, test := range map[string]struct{ snapshots, recoverable int }{
		"prod": {snapshots: 1, recoverable: 2},
		"dev":  {snapshots: 0, recoverable: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := started(t, name)
			password := l.one(instanceType).Properties.Text("password")
			assert.Contains(t, l.refuse(l.PreviewDestroy(t.Context())), "protect")
			l.one(instanceType)

			l.set("database.deletionProtection", "false")
			changed := l.up()
			assert.Equal(t, []string{"update aws:rds/instance:Instance::mosaic-" + name + "-db"}, changed)
			result, err := l.Destroy(t.Context())
			require.NoError(t, err)
			l.hear(result)
			for _, kind := range []string{instanceType, secretType, roleType, jobType, kubeSecretType} {
				assert.Empty(t, l.Cloud.Objects(kind), kind)
			}
			snapshots := l.Cloud.Objects(simcloud.SnapshotType)
			assert.Len(t, snapshots, test.snapshots)
			assert.Len(t, l.Cloud.Objects(simcloud.DeletedSecret), test.recoverable)
			l.noLeak(password)
		})
	}
}

// TestTheUpgradePath walks prod through all tiers and back: every step changes the instance where it is.
func TestTheUpgradePath(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	id := l.one(instanceType).ID
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
		l.set("tier", step.tier)
		// What watches the instances follows them.
		changed := slices.DeleteFunc(l.up(), func(change string) bool {
			return strings.Contains(change, "MetricAlarm::") || strings.Contains(change, "Dashboard::") || strings.Contains(change, "EventSubscription::")
		})
		assert.ElementsMatch(t, step.want, changed, step.tier)
		assert.Empty(t, l.preview(), "%s, a second time", step.tier)
		if step.tier == "scale" {
			assert.Len(t, l.outputs()["replicaEndpoints"], 1)
		}
	}
	assert.Equal(t, id, l.one(instanceType).ID, "it is still the same instance")
}

// TestRotation: one number changes the password of the instance, both secrets and the cluster's copy.
func TestRotation(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	before := l.one(instanceType).Properties.Text("password")
	l.set("database.passwordVersion", "2")
	changes := strings.Join(l.up(), "\n")
	after := l.one(instanceType).Properties.Text("password")
	assert.NotEqual(t, before, after)
	assert.Equal(t, after, l.kubeSecret("DB_PASSWORD"), "the cluster has the new password in the same run")
	assert.Contains(t, changes, "update kubernetes:external-secrets.io/v1:ExternalSecret::core-api-db")
	assert.NotContains(t, changes, "batch/v1:Job", "a rotation is no migration")
	assert.NotContains(t, changes, "replace aws:rds/instance")
	assert.Empty(t, l.preview())
	l.noLeak(before)
	l.noLeak(after)
}

// TestMigrationRunsOncePerRevision: a new image is one new Job and nothing else; one that failed leaves
// the database alone, and the next image goes on.
func TestMigrationRunsOncePerRevision(t *testing.T) {
	t.Parallel()
	l := started(t, "prod")
	first := l.one(jobType).ID
	l.set("migrations.deadlineSeconds", "900")
	assert.Empty(t, l.up(), "another deadline is no reason to migrate again")
	require.NoError(t, l.Cloud.Sync())
	_, err := l.Refresh(t.Context())
	require.NoError(t, err)
	assert.Empty(t, l.preview(), "nor is the time that passes")

	l.Cloud.JobResult = func(image string) error {
		if strings.HasSuffix(image, ":2.0.0") {
			return errors.New("alembic: can't locate revision")
		}
		return nil
	}
	l.set("migrations.image", "mosaic-life/core-api:2.0.0")
	why := l.refuse(l.Up(t.Context()))
	assert.Contains(t, why, "core-api-migration-")
	assert.Contains(t, why, "can't locate revision", "the end of the migration's log is in the error")
	l.one(instanceType)

	l.set("migrations.image", "mosaic-life/core-api:2.0.1")
	changes := l.up()
	for _, change := range changes {
		assert.Contains(t, change, "kubernetes:batch/v1:Job::", "a new image is a new Job and nothing else")
	}
	assert.NotEqual(t, first, l.one(jobType).ID, "and the old ones go")
	assert.Empty(t, l.preview())
}

// TestReplacementIsRefused: what would end in another, empty instance, or take the pods' Secret away, is
// refused before anything is registered, with both values and a way out; protected or not.
func TestReplacementIsRefused(t *testing.T) {
	t.Parallel()
	l := started(t, "dev")
	id := l.one(instanceType).ID
	for _, protection := range []string{"true", "false"} {
		l.set("database.deletionProtection", protection)
		l.up()
		for _, change := range []struct{ path, value, old string }{
			{"database.username", "somebody", "mosaicadmin"},
			{"environment", "production", "dev"},
			{"app.secretName", "other", "core-api-db-secret"},
		} {
			before := len(l.Cloud.Log())
			l.set(change.path, change.value)
			for _, run := range []func() (*engine.Result, error){
				func() (*engine.Result, error) { return l.Preview(t.Context()) },
				func() (*engine.Result, error) { return l.Up(t.Context()) },
			} {
				why := l.refuse(run())
				assert.Contains(t, why, "mosaic-database:"+change.path+": "+change.value)
				assert.Contains(t, why, "settled when the database was made, as "+change.old)
			}
			assert.Len(t, l.Cloud.Log(), before, "no provider was asked for anything")
			l.set(change.path, change.old)
		}
	}
	assert.Equal(t, id, l.one(instanceType).ID)
	assert.Empty(t, l.preview(), "back as it was, nothing has changed")
}

// TestAFailedRunSettlesToo: what exists after a first run that failed is guarded like any other.
func TestAFailedRunSettlesToo(t *testing.T) {
	t.Parallel()
	l := start(t, "prod")
	l.Cloud.JobResult = func(string) error { return errors.New("alembic: can't locate revision") }
	l.refuse(l.Up(t.Context()))
	id := l.one(instanceType).ID
	l.set("database.username", "somebody")
	assert.Contains(t, l.refuse(l.Preview(t.Context())), "settled when the database was made, as mosaicadmin")
	assert.Equal(t, id, l.one(instanceType).ID)
}

// TestAMistakeIsNotSettled: a first run that failed at a wrong namespace can be put right.
func TestAMistakeIsNotSettled(t *testing.T) {
	t.Parallel()
	l := start(t, "prod", engine.Override{Path: "app.namespace", Value: "mosaic-pord"})
	assert.Contains(t, l.refuse(l.Up(t.Context())), `namespaces "mosaic-pord" not found`)
	l.set("app.namespace", "mosaic-prod")
	l.up()
	assert.Empty(t, l.preview())
}

// TestForeignCredentials: a run with another account's credentials stops before it makes anything.
func TestForeignCredentials(t *testing.T) {
	t.Parallel()
	l := startIn(t, engine.Options{Stack: "prod", AccountID: "999999999999"})
	for _, run := range []func() (*engine.Result, error){
		func() (*engine.Result, error) { return l.Preview(t.Context()) },
		func() (*engine.Result, error) { return l.Up(t.Context()) },
	} {
		assert.Contains(t, l.refuse(run()), "999999999999")
	}
	for _, operation := range l.Cloud.Log() {
		assert.NotEqual(t, "create", operation.Op, operation.Type)
	}
}

// TestGitOps: nothing is made in the cluster, and the chart's values make it instead.
func TestGitOps(t *testing.T) {
	t.Parallel()
	l := start(t, "prod", engine.Override{Path: "delivery", Value: "gitops"})
	for _, change := range l.up() {
		assert.NotContains(t, change, "kubernetes:")
	}
	outputs := l.outputs()
	assert.Equal(t, map[string]any{
		"serviceAccount": map[string]any{
			"create": true, "name": "core-api",
			"annotations": map[string]any{"eks.amazonaws.com/role-arn": outputs["roleArn"]},
		},
		"tls":                   map[string]any{"caBundlePath": "", "caBundleConfigMap": ""},
		"deploymentAnnotations": map[string]any{"secret.reloader.stakater.com/reload": "core-api-db-secret"},
		"externalSecrets": map[string]any{
			"enabled": true, "secretStore": "aws-secrets-manager", "region": "us-east-1",
			"databaseSecretName": "mosaic/prod/rds/connection", "targetSecretName": "core-api-db-secret",
		},
		"migrations": map[string]any{
			"enabled": true, "image": "mosaic-life/core-api:1.0.0", "command": []any{"alembic", "upgrade", "head"},
		},
	}, outputs["helmValues"])
}

// TestWrongConfiguration: all problems in one report, before anything is registered.
func TestWrongConfiguration(t *testing.T) {
	t.Parallel()
	l := start(t, "prod",
		engine.Override{Path: "tier", Value: "huge"},
		engine.Override{Path: "database.instanceClas", Value: "db.t3.small"},
		engine.Override{Path: "database.maxAllocatedStorage", Value: "21"},
		engine.Override{Path: "migrations.image", Value: "core-api:latest"},
		engine.Override{Path: "budget.monthlyUsd", Value: "0"})
	why := l.refuse(l.Preview(t.Context()))
	for _, part := range []string{
		"5 problems; nothing was changed",
		"mosaic-database:tier: huge", "one of mvp, small, medium, ha, scale",
		"mosaic-database:database.instanceClas", "did you mean instanceClass?",
		"mosaic-database:database.maxAllocatedStorage: 21", "110 %",
		"mosaic-database:migrations.image: core-api:latest",
		"mosaic-database:budget.monthlyUsd: 0",
	} {
		assert.Contains(t, why, part)
	}
	assert.Empty(t, l.Cloud.Log(), "no provider was asked for anything")
}

// TestBudget: above it, a run warns or stops, as the stack says.
func TestBudget(t *testing.T) {
	t.Parallel()
	l := start(t, "prod", engine.Override{Path: "tier", Value: "ha"})
	result, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, result.Stdout, "112.69 USD a month, over mosaic-database:budget.monthlyUsd (25.00)")
	l.set("budget.onExceed", "fail")
	assert.Contains(t, l.refuse(l.Preview(t.Context())), "choose a smaller tier, raise the budget")
	assert.Empty(t, l.Cloud.Objects(instanceType))
}
