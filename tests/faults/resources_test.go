//go:build prove

package faults

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// subject is what the resources of dev are with some settings, of which every one is tried.
type subject struct {
	overrides []engine.Override
	tried     func(kind string) bool
	password  string            // of the server, by its kind and property
	left      []string          // kinds of what remains after its destroy
	stays     map[string]string // resources whose deletion deletes nothing, and why
}

// ofInstance has what dev has not: the copies of the backups in another region, and AWS Backup.
func ofInstance() subject {
	return subject{
		overrides: []engine.Override{{Path: "backups.copyToRegion", Value: "us-west-2"}, {Path: "backups.awsBackupRetentionDays", Value: "35"}},
		tried:     func(string) bool { return true },
		password:  live.InstanceType + " password",
		left:      []string{"aws:kms/key:Key", simcloud.CopiedBackups, "aws:backup/vault:Vault", "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"},
		stays: map[string]string{
			"aws:kms/key:Key::mosaic-dev-db-copies":                    "it stays: the copies need it",
			"aws:backup/vault:Vault::mosaic-dev-db-backup":             "it stays: AWS Backup's snapshots need it",
			"aws:iam/role:Role::mosaic-dev-db-backup-role":             "it stays: AWS Backup's snapshots need it",
			"aws:iam/rolePolicy:RolePolicy::mosaic-dev-db-backup-role": "it stays: AWS Backup's snapshots need it",
		},
	}
}

// ofCluster has what is of an Aurora cluster alone, with a reader; the rest is as with an instance.
func ofCluster() subject {
	return subject{
		overrides: []engine.Override{{Path: "tier", Value: "serverless"}, {Path: "database.instanceClass", Value: "db.serverless"}, {Path: "database.readReplicas", Value: "1"}},
		tried:     func(kind string) bool { return strings.HasPrefix(kind, "aws:rds/cluster") },
		password:  live.ClusterType + " masterPassword",
	}
}

// everyResource makes the creation, the update and the deletion of every resource of a subject fail once, and kills a run while it creates
// each. Each run continues with what the one before left.
func (s subject) everyResource(t *testing.T) [][]string {
	untouched := live.Start(t, "dev", s.overrides...)
	furnished := untouched.Inventory()
	untouched.MustUp()
	whole := untouched.Inventory()

	columns := make([]map[string]string, 4)
	proved := t.Run("operation", func(t *testing.T) {
		for i, column := range []struct {
			name  string
			prove func(*testing.T) map[string]string
		}{
			{"create", func(t *testing.T) map[string]string { return s.creations(t, whole) }},
			{"kill", func(t *testing.T) map[string]string {
				return kills(t, live.Start(t, "dev", s.overrides...), s.tried, whole)
			}},
			{"update", s.updates},
			{"delete", func(t *testing.T) map[string]string { return s.deletions(t, furnished) }},
		} {
			t.Run(column.name, func(t *testing.T) {
				t.Parallel()
				columns[i] = column.prove(t)
			})
		}
	})
	if !proved || slices.ContainsFunc(columns, func(c map[string]string) bool { return c == nil }) {
		return nil
	}
	var rows [][]string
	for _, resource := range slices.Sorted(maps.Keys(columns[0])) {
		row := []string{"`" + resource + "`"}
		for _, column := range columns {
			row = append(row, cmp.Or(column[resource], "has none"))
		}
		rows = append(rows, row)
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(columns[0])), slices.Collect(maps.Keys(columns[1])))
	assert.ElementsMatch(t, slices.Collect(maps.Keys(columns[0])), slices.Collect(maps.Keys(columns[3])))
	return rows
}

// failOnce repeats a run until it succeeds; in each run, one operation on what is tried fails that has not failed before. It returns what a later run
// did with every resource whose operation failed.
func failOnce(l *live.Stack, tried func(kind string) bool, run func() (*engine.Result, error)) map[string]string {
	l.T.Helper()
	failed, outcome := map[simcloud.Operation]bool{}, map[string]string{}
	waiting := map[string]bool{}
	for {
		var now simcloud.Operation
		l.Cloud.Fail(func(op simcloud.Operation) error {
			if changing := op.Op == "create" || op.Op == "update" || op.Op == "delete"; now.Op != "" || !changing || !tried(op.Type) || failed[op] {
				return nil
			}
			now, failed[op] = op, true
			return errors.New("simulated: the API is not available")
		})
		result, err := run()
		l.Cloud.Fail(nil)
		for _, change := range l.Hear(result) {
			if verb, resource, _ := strings.Cut(change, " "); waiting[resource] && resource != live.Label(now) {
				outcome[resource] = verb
				delete(waiting, resource)
			}
		}
		if err == nil {
			require.Empty(l.T, now.Op, "the run succeeded, and %s of %s had failed", now.Op, now.Name)
			require.Empty(l.T, waiting, "what failed was never tried again")
			return outcome
		}
		require.NotEmpty(l.T, now.Op, "%s", err)
		require.ErrorContains(l.T, err, "simulated: the API is not available")
		assert.Regexp(l.T, `(?m)`+now.Name+`.*\*\*.*failed`, result.Stdout, "the run says what failed")
		waiting[live.Label(now)] = true
	}
}

// creations lets every creation fail once, and expects the next run to create the resource.
func (s subject) creations(t *testing.T, whole []string) map[string]string {
	l := live.Start(t, "dev", s.overrides...)
	outcome := failOnce(l, s.tried, func() (*engine.Result, error) { return l.Up(t.Context(), optup.Parallel(1)) })
	assert.Empty(t, l.MustUp(), "a further run changes nothing")
	assert.Equal(t, whole, l.Inventory(), "what is there is what a run without a fault makes")
	return cells(outcome, "`up`: ")
}

// updates does the same for a change that updates everything that can be updated.
func (s subject) updates(t *testing.T) map[string]string {
	l := live.Started(t, "dev", s.overrides...)
	before := l.Inventory()
	l.MustSet("tags.CostCenter", "database")
	l.MustSet("database.secretKmsKeyId", "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001")
	l.MustSet("database.passwordVersion", "2")
	l.MustSet("migrations.image", "mosaic-life/core-api:1.0.1")
	outcome := failOnce(l, s.tried, func() (*engine.Result, error) { return l.Up(t.Context(), optup.Parallel(1)) })
	assert.Empty(t, l.MustUp(), "a further run changes nothing")
	assert.Equal(t, before, l.Inventory(), "nothing is there twice")
	kind, property, _ := strings.Cut(s.password, " ")
	assert.Equal(t, l.One(kind).Properties.Text(property), l.KubeSecret("DB_PASSWORD"))
	return cells(outcome, "`up`: ")
}

// deletions lets every deletion fail once, and expects the next destroy to continue.
func (s subject) deletions(t *testing.T, furnished []string) map[string]string {
	l := live.Started(t, "dev", append(slices.Clone(s.overrides), engine.Override{Path: "database.deletionProtection", Value: "false"})...)
	outcome := failOnce(l, s.tried, func() (*engine.Result, error) { return l.Destroy(t.Context(), optdestroy.Parallel(1)) })
	left := slices.DeleteFunc(l.Inventory(), func(object string) bool { return slices.Contains(furnished, object) })
	require.Len(t, left, len(s.left))
	for _, kind := range s.left {
		assert.True(t, slices.ContainsFunc(left, func(object string) bool { return strings.HasPrefix(object, kind+" ") }), kind)
	}
	all := cells(outcome, "`destroy`: ")
	maps.Copy(all, s.stays)
	return all
}

// cells are outcomes in the form of the report. The last step of a replacement is the deletion of the old resource.
func cells(outcome map[string]string, prefix string) map[string]string {
	for resource, verb := range outcome {
		outcome[resource] = prefix + strings.Replace(verb, "delete-replaced", "replace", 1)
	}
	return outcome
}
