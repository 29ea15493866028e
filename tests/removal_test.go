package tests

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
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// removals takes away a part, the whole, the program, the stack, the name of the stack and that of the project.
func removals(t *testing.T) [][]string {
	return cases{
		{"a read replica is taken out of the configuration", replicaRemoved},
		{"prod is destroyed, brought up again and destroyed again", destroyedTwice},
		{"prod is brought up again while its secrets are in their recovery window", broughtUpAgain},
		{"the components are taken out of the program", componentsRemoved},
		{"a resource is renamed in the program (here the instance)", resourceRenamed},
		{"the stack is renamed (`pulumi stack rename live`)", stackRenamed},
		{"the project is renamed (`pulumi stack rename organization/other/prod`)", projectRenamed},
		{"another stack takes prod's environment", sameEnvironment},
		{"the stack is forgotten (`pulumi stack rm --force`)", stackForgotten},
	}.rows(t)
}

func replicaRemoved(t *testing.T) []string {
	l := started(t, "prod", engine.Override{Path: "tier", Value: "scale"})
	l.set("database.readReplicas", "0")
	changes := strings.Join(l.up(), "\n")
	assert.Contains(t, changes, "delete "+instanceType+"::mosaic-prod-db-replica-1")
	assert.NotContains(t, changes, instanceType+"::mosaic-prod-db\n", "the primary has nothing to do with it")
	assert.Equal(t, "mosaic-prod-db", l.one(instanceType).Properties.Text("identifier"))
	assert.Empty(t, l.Cloud.Objects(simcloud.SnapshotType))
	assert.Empty(t, l.up())
	return []string{"the replica and its log groups are deleted, without a snapshot", "the primary, untouched"}
}

// remove turns the protection off and destroys.
func (l *live) remove() {
	l.t.Helper()
	l.set("database.deletionProtection", "false")
	l.up()
	result, err := l.Destroy(l.t.Context())
	require.NoError(l.t, err)
	l.hear(result)
	assert.Empty(l.t, l.Cloud.Objects(instanceType))
}

func destroyedTwice(t *testing.T) []string {
	l := start(t, "prod", engine.Override{Path: "database.secretRecoveryDays", Value: "0"})
	for range 2 {
		l.up()
		assert.Contains(t, l.refuse(l.Destroy(t.Context())), "protect")
		l.one(instanceType)
		l.remove()
		l.set("database.deletionProtection", "true")
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
		"refused each time until `database.deletionProtection` is off and an `up` has said so",
		"a final snapshot of each, with names of their own; the automated backups, for 7 days",
	}
}

func broughtUpAgain(t *testing.T) []string {
	l := started(t, "prod")
	l.remove()
	why := seen(t, l.refuse(l.Up(t.Context())), "already scheduled for deletion")
	for _, secret := range l.Cloud.Objects(simcloud.DeletedSecret) {
		require.NoError(t, l.Cloud.Remove(simcloud.DeletedSecret, secret.ID))
	}
	l.up()
	assert.Empty(t, l.up())
	return []string{
		"the run says " + why + "; with the secrets deleted for good (`aws secretsmanager delete-secret --force-delete-without-recovery`), `up` converges",
		"the final snapshot and the automated backups; the new database is empty",
	}
}

func componentsRemoved(t *testing.T) []string {
	l := started(t, "prod", engine.Override{Path: "app.createNamespace", Value: "true"}, engine.Override{Path: "app.namespace", Value: "own"})
	var protected []string
	for label, r := range l.resources() {
		if r.Protect {
			protected = append(protected, label)
		}
	}
	assert.ElementsMatch(t, []string{
		instanceType + "::mosaic-prod-db", secretType + "::mosaic/prod/rds/credentials", secretType + "::mosaic/prod/rds/connection",
		roleType + "::mosaic-prod-core-api-secrets-role", policyType + "::mosaic-prod-core-api-secrets-role",
		"kubernetes:core/v1:Namespace::own", accountType + "::core-api",
		"kubernetes:external-secrets.io/v1:SecretStore::aws-secrets-manager", externalType + "::core-api-db",
	}, slices.DeleteFunc(protected, func(label string) bool { return strings.HasPrefix(label, "mosaic-database:") }))
	before := inventory(l.Cloud)
	l = l.reopen(engine.Options{Stack: "prod", Program: func(*pulumi.Context) error { return nil }})
	why := seen(t, l.refuse(l.Preview(t.Context())), "protect")
	assert.Equal(t, before, inventory(l.Cloud))
	assert.Contains(t, l.refuse(l.Up(t.Context())), "protect")
	for _, kind := range []string{instanceType, roleType, kubeSecretType} {
		l.one(kind)
	}
	l = l.reopen(engine.Options{Stack: "prod", Overrides: []engine.Override{{Path: "app.createNamespace", Value: "true"}, {Path: "app.namespace", Value: "own"}}})
	l.up()
	assert.Equal(t, before, inventory(l.Cloud))
	return []string{"preview and `up` are refused: " + why, "everything, once the program is back and `up` has run"}
}

// resourceRenamed gives the instance in the state another name, which to the engine is the same as another name in the
// program.
func resourceRenamed(t *testing.T) []string {
	l := started(t, "prod")
	before, id := inventory(l.Cloud), l.one(instanceType).ID
	urn := l.resources()[instanceType+"::mosaic-prod-db"].URN
	l.cli("state", "rename", urn, "was", "--stack", "prod", "--yes")
	why := seen(t, l.refuse(l.Preview(t.Context())), "protect")

	l = l.reopen(engine.Options{Stack: "prod", Program: func(ctx *pulumi.Context) error {
		if err := ctx.RegisterStackTransformation(func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
			if args.Type != instanceType {
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
	assert.Empty(t, l.up())
	assert.Equal(t, before, inventory(l.Cloud))

	l = l.reopen(engine.Options{Stack: "prod", Overrides: []engine.Override{{Path: "database.deletionProtection", Value: "false"}}})
	l.up()
	l.cli("state", "rename", urn, "was", "--stack", "prod", "--yes")
	unprotected := seen(t, l.refuse(l.Up(t.Context())), "DBInstanceAlreadyExists")
	assert.Equal(t, id, l.one(instanceType).ID)
	return []string{
		"preview and `up` are refused: " + why + "; with `pulumi.Aliases` and the old name nothing changes. Unprotected, `up` fails before it deletes: " + unprotected,
		"everything",
	}
}

// renamed is a copy of the project in which a stack has prod's file.
func renamed(t *testing.T, name, stackName string) string {
	t.Helper()
	dir := t.TempDir()
	for from, to := range map[string]string{"Pulumi.yaml": "Pulumi.yaml", "Pulumi.prod.yaml": "Pulumi." + stackName + ".yaml"} {
		content, err := os.ReadFile(filepath.Join(root, from))
		require.NoError(t, err)
		text := strings.Replace(string(content), "name: mosaic-database\n", "name: "+name+"\n", 1)
		require.NoError(t, os.WriteFile(filepath.Join(dir, to), []byte(text), 0o600))
	}
	return dir
}

func stackRenamed(t *testing.T) []string {
	l := started(t, "prod")
	before, id := inventory(l.Cloud), l.one(instanceType).ID
	l.cli("stack", "rename", "live", "--stack", "prod")
	l = l.reopen(engine.Options{Stack: "live", Project: renamed(t, "mosaic-database", "live")})
	why := seen(t, l.refuse(l.Preview(t.Context())), "mosaic-database:environment: live", "as prod")
	l.set("environment", "prod")
	changes := l.up()
	assert.NotEmpty(t, changes)
	for _, change := range changes {
		assert.Contains(t, change, "update aws:", "nothing but the tag Stack changes")
	}
	assert.Empty(t, l.up())
	assert.Equal(t, before, inventory(l.Cloud))
	assert.Equal(t, id, l.one(instanceType).ID)
	return []string{"refused: " + why + "; with `environment: prod`, `up` updates the tag Stack", "everything"}
}

func projectRenamed(t *testing.T) []string {
	l := started(t, "prod")
	before, id := inventory(l.Cloud), l.one(instanceType).ID
	l.cli("stack", "rename", "organization/other/prod", "--stack", "prod")
	l = l.reopen(engine.Options{Stack: "prod", Project: renamed(t, "other", "prod")})
	changes := l.up()
	assert.NotEmpty(t, changes)
	for _, change := range changes {
		assert.Contains(t, change, "update aws:", "nothing but the tag Project changes")
	}
	assert.Empty(t, l.up())
	assert.Equal(t, before, inventory(l.Cloud))
	assert.Equal(t, id, l.one(instanceType).ID)
	return []string{"`up` updates the tag Project", "everything"}
}

func sameEnvironment(t *testing.T) []string {
	l := started(t, "prod")
	id, password := l.one(instanceType).ID, l.one(instanceType).Properties.Text("password")
	l = l.reopen(engine.Options{Stack: "live", Project: renamed(t, "mosaic-database", "live"), Overrides: []engine.Override{{Path: "environment", Value: "prod"}}})
	why := seen(t, l.refuse(l.Up(t.Context())), "already exists")
	assert.Equal(t, id, l.one(instanceType).ID)
	assert.Equal(t, password, l.one(instanceType).Properties.Text("password"))
	return []string{"`up` fails at the names that are taken: " + why, "prod, untouched; what the other stack made beside it goes with its `destroy`"}
}

func stackForgotten(t *testing.T) []string {
	l := started(t, "prod")
	before := inventory(l.Cloud)
	l.cli("stack", "rm", "prod", "--force", "--yes")
	assert.Equal(t, before, inventory(l.Cloud))
	return []string{"Pulumi knows nothing any more", "everything, in AWS and in the cluster, and nobody's"}
}
