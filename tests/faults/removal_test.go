//go:build prove

package faults

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// removals removes a part of the stack file, all of it, the program and the stack, and renames the stack and the project.
func removals(t *testing.T) [][]string {
	return cases{
		{"a read replica is removed from the configuration", replicaRemoved},
		{"prod is destroyed, brought up again and destroyed again", destroyedTwice},
		{"prod is brought up again while its secrets are in their recovery window", broughtUpAgain},
		{"the components are removed from the program", componentsRemoved},
		{"a resource is renamed in the program (here the instance)", resourceRenamed},
		{"the stack is renamed (`pulumi stack rename live`)", stackRenamed},
		{"the project is renamed (`pulumi stack rename organization/other/prod`)", projectRenamed},
		{"another stack takes prod's environment", sameEnvironment},
		{"the stack is forgotten (`pulumi stack rm --force`)", stackForgotten},
	}.rows(t)
}

func replicaRemoved(t *testing.T) []string {
	l := live.Started(t, "prod", engine.Override{Path: "tier", Value: "scale"})
	l.MustSet("database.readReplicas", "0")
	changes := strings.Join(l.MustUp(), "\n")
	assert.Contains(t, changes, "delete "+live.InstanceType+"::mosaic-prod-db-replica-1")
	assert.NotContains(t, changes, live.InstanceType+"::mosaic-prod-db\n", "the primary has nothing to do with it")
	assert.Equal(t, "mosaic-prod-db", l.One(live.InstanceType).Properties.Text("identifier"))
	assert.Empty(t, l.Cloud.Objects(simcloud.SnapshotType))
	assert.Empty(t, l.MustUp())
	return []string{"the replica and its log groups are deleted, without a snapshot", "the primary, untouched"}
}

func destroyedTwice(t *testing.T) []string {
	l := live.Start(t, "prod", engine.Override{Path: "database.secretRecoveryDays", Value: "0"})
	for range 2 {
		l.MustUp()
		assert.Contains(t, l.MustFail(l.Destroy(t.Context())), "protect")
		l.One(live.InstanceType)
		l.Remove()
		l.MustSet("database.deletionProtection", "true")
	}
	snapshots := l.Cloud.Objects(simcloud.SnapshotType)
	require.Len(t, snapshots, 2)
	assert.NotEqual(t, snapshots[0].ID, snapshots[1].ID)
	for _, snapshot := range snapshots {
		assert.Regexp(t, `^mosaic-prod-db-final-[0-9a-f]{8}$`, snapshot.ID)
	}
	backups := l.Cloud.Objects(simcloud.RetainedBackups)
	require.NotEmpty(t, backups)
	assert.Equal(t, 7.0, backups[0].Properties.Number("backupRetentionPeriod"))
	return []string{
		"refused each time until an `up` has run with `database.deletionProtection: false`",
		"a final snapshot of each, with names of their own; the automated backups, for 7 days",
	}
}

func broughtUpAgain(t *testing.T) []string {
	l := live.Started(t, "prod")
	l.Remove()
	why := seen(t, l.MustFail(l.Up(t.Context())), "already scheduled for deletion")
	for _, secret := range l.Cloud.Objects(simcloud.DeletedSecret) {
		require.NoError(t, l.Cloud.Remove(simcloud.DeletedSecret, secret.ID))
	}
	l.MustUp()
	assert.Empty(t, l.MustUp())
	return []string{
		"the run says " + why + "; with the secrets deleted for good (`aws secretsmanager delete-secret --force-delete-without-recovery`), `up` converges",
		"the final snapshot and the automated backups; the new database is empty",
	}
}

func componentsRemoved(t *testing.T) []string {
	l := live.Started(t, "prod", engine.Override{Path: "app.createNamespace", Value: "true"}, engine.Override{Path: "app.namespace", Value: "own"})
	var protected []string
	for label, r := range l.ResourcesByLabel() {
		if r.Protect {
			protected = append(protected, label)
		}
	}
	assert.ElementsMatch(t, []string{
		live.InstanceType + "::mosaic-prod-db", live.SecretType + "::mosaic/prod/rds/credentials", live.SecretType + "::mosaic/prod/rds/connection",
		live.RoleType + "::mosaic-prod-core-api-secrets-role", live.RolePolicyType + "::mosaic-prod-core-api-secrets-role",
		"kubernetes:core/v1:Namespace::own", live.ServiceAccountType + "::core-api",
		"kubernetes:external-secrets.io/v1:SecretStore::aws-secrets-manager", live.ExternalSecretType + "::core-api-db",
	}, slices.DeleteFunc(protected, func(label string) bool { return strings.HasPrefix(label, "mosaic-database:") }))
	before := l.Inventory()
	l = l.Reopen(engine.Options{Stack: "prod", Program: func(*pulumi.Context) error { return nil }})
	why := seen(t, l.MustFail(l.Preview(t.Context())), "protect")
	assert.Equal(t, before, l.Inventory())
	assert.Contains(t, l.MustFail(l.Up(t.Context())), "protect")
	for _, kind := range []string{live.InstanceType, live.RoleType, live.KubeSecretType} {
		l.One(kind)
	}
	l = l.Reopen(engine.Options{Stack: "prod", Overrides: []engine.Override{{Path: "app.createNamespace", Value: "true"}, {Path: "app.namespace", Value: "own"}}})
	l.MustUp()
	assert.Equal(t, before, l.Inventory())
	return []string{"preview and `up` are refused: " + why, "everything, once the program is back and `up` has run"}
}

// resourceRenamed renames the instance in the state. For the engine, this is the same as another name in the program.
func resourceRenamed(t *testing.T) []string {
	l := live.Started(t, "prod")
	before, id := l.Inventory(), l.One(live.InstanceType).ID
	urn := l.ResourcesByLabel()[live.InstanceType+"::mosaic-prod-db"].URN
	l.CLI("state", "rename", urn, "was", "--stack", "prod", "--yes")
	why := seen(t, l.MustFail(l.Preview(t.Context())), "protect")

	l = l.Reopen(engine.Options{Stack: "prod", Program: func(ctx *pulumi.Context) error {
		if err := ctx.RegisterStackTransformation(func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if args.Type != live.InstanceType {
				return nil
			}
			return &pulumi.ResourceTransformationResult{
				Props: args.Props, Opts: append(args.Opts, pulumi.Aliases([]pulumi.Alias{{Name: pulumi.String("was")}})),
			}
		}); err != nil {
			return err
		}
		return stack.Deploy(ctx)
	}})
	assert.Empty(t, l.MustUp())
	assert.Equal(t, before, l.Inventory())

	l = l.Reopen(engine.Options{Stack: "prod", Overrides: []engine.Override{{Path: "database.deletionProtection", Value: "false"}}})
	l.MustUp()
	l.CLI("state", "rename", urn, "was", "--stack", "prod", "--yes")
	unprotected := seen(t, l.MustFail(l.Up(t.Context())), "DBInstanceAlreadyExists")
	assert.Equal(t, id, l.One(live.InstanceType).ID)
	return []string{
		"preview and `up` are refused: " + why + "; with `pulumi.Aliases` and the old name nothing changes. Unprotected, `up` fails before it deletes: " + unprotected,
		"everything",
	}
}

// renaming is another name for the project or the stack.
type renaming struct{ project, stack string }

// folder copies the project under the new names, with the stack file of prod.
func (r renaming) folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for from, to := range map[string]string{"Pulumi.yaml": "Pulumi.yaml", "Pulumi.prod.yaml": "Pulumi." + r.stack + ".yaml"} {
		content, err := os.ReadFile(filepath.Join(live.Root(t), from))
		require.NoError(t, err)
		text := strings.Replace(string(content), "name: mosaic-database\n", "name: "+r.project+"\n", 1)
		require.NoError(t, os.WriteFile(filepath.Join(dir, to), []byte(text), 0o600))
	}
	return dir
}

func stackRenamed(t *testing.T) []string {
	l := live.Started(t, "prod")
	before, id := l.Inventory(), l.One(live.InstanceType).ID
	l.CLI("stack", "rename", "live", "--stack", "prod")
	l = l.Reopen(engine.Options{Stack: "live", Project: renaming{project: "mosaic-database", stack: "live"}.folder(t)})
	why := seen(t, l.MustFail(l.Preview(t.Context())), "mosaic-database:environment: live", "immutable: it has to stay prod")
	l.MustSet("environment", "prod")
	changes := l.MustUp()
	assert.NotEmpty(t, changes)
	for _, change := range changes {
		assert.Contains(t, change, "update aws:", "nothing but the tag Stack changes")
	}
	assert.Empty(t, l.MustUp())
	assert.Equal(t, before, l.Inventory())
	assert.Equal(t, id, l.One(live.InstanceType).ID)
	return []string{"refused: " + why + "; with `environment: prod`, `up` updates the tag Stack", "everything"}
}

func projectRenamed(t *testing.T) []string {
	l := live.Started(t, "prod")
	before, id := l.Inventory(), l.One(live.InstanceType).ID
	l.CLI("stack", "rename", "organization/other/prod", "--stack", "prod")
	l = l.Reopen(engine.Options{Stack: "prod", Project: renaming{project: "other", stack: "prod"}.folder(t)})
	assert.Empty(t, l.MustUp(), "the tag Project has the program's name")
	assert.Equal(t, before, l.Inventory())
	assert.Equal(t, id, l.One(live.InstanceType).ID)
	return []string{"`up` changes nothing", "everything"}
}

func sameEnvironment(t *testing.T) []string {
	l := live.Started(t, "prod")
	id, password := l.One(live.InstanceType).ID, l.One(live.InstanceType).Properties.Text("password")
	l = l.Reopen(engine.Options{Stack: "live", Project: renaming{project: "mosaic-database", stack: "live"}.folder(t), Overrides: []engine.Override{{Path: "environment", Value: "prod"}}})
	why := seen(t, l.MustFail(l.Up(t.Context())), "already exists")
	assert.Equal(t, id, l.One(live.InstanceType).ID)
	assert.Equal(t, password, l.One(live.InstanceType).Properties.Text("password"))
	return []string{"`up` fails at the names that are taken: " + why, "prod, untouched; the other stack's `destroy` deletes what it made"}
}

func stackForgotten(t *testing.T) []string {
	l := live.Started(t, "prod")
	before := l.Inventory()
	l.CLI("stack", "rm", "prod", "--force", "--yes")
	assert.Equal(t, before, l.Inventory())
	return []string{"Pulumi no longer knows any of the resources", "everything stays in AWS and in the cluster, and nobody manages it"}
}
