//go:build prove

package faults

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/oncluster"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// otherFaults are faults that do not belong to a single resource.
func otherFaults(t *testing.T) [][]string {
	return cases{
		{"the instance takes 90 minutes", slowInstance},
		{"the run is killed while the instance is created", killedAtInstance},
		{"the instance for logical replication cannot be made, and then the run is killed while it is created", replicatedInstance},
		{"the Job that fills an instance with a dump fails, and then the run is killed while it is created", filledInstance},
		{"two runs at once", twoRuns},
		{"the migration fails", migrationFails},
		{"the migration does not end, and still runs when the next run begins", migrationHangs},
		{"the database of an additional application is there already, and somebody else made it", databaseIsTaken},
		{"the bootstrap of one of several databases fails while the password changes", oneBootstrapFails},
		{"the role lost its policy, and the password changes", neverReady},
		{"an application logs in by token, and its role lost `rds-db:connect`", tokenOfNoRight},
		{"RDS cannot use the KMS key of the secret that it makes for the master user", keyNotAccessible},
		{"RDS has taken over the master user's password, and its secret is not in the state", withoutSecret},
		{"the operator may not read RDS's secret of the master user, and the bootstrap runs anew", unreadableMaster},
		{"credentials of another account", foreignAccount},
		{"the EKS cluster does not exist", unknownCluster},
		{"the issuer has no OIDC provider in IAM", noOIDCProvider},
		{"the issuer is another cluster's", foreignIssuer},
		{"the cluster cannot be reached", unreachableCluster},
	}.rows(t)
}

// converges expects the next run to succeed, and another one to change nothing.
func converges(l *live.Stack) {
	l.T.Helper()
	l.MustUp()
	assert.Empty(l.T, l.MustUp(), "a further run changes nothing")
	assert.Equal(l.T, l.One(live.InstanceType).Properties.Text("password"), l.KubeSecret("DB_PASSWORD"))
}

func slowInstance(t *testing.T) []string {
	l := live.Start(t, "dev")
	l.Cloud.Fail(func(op simcloud.Operation) error {
		patience := op.Timeout
		if patience == 0 {
			patience = 40 * time.Minute // the provider's own
		}
		if op.Type == live.InstanceType && op.Op == "create" && patience < 90*time.Minute {
			return errors.New("timeout while waiting for state to become 'available'")
		}
		return nil
	})
	converges(l)
	return []string{"nothing: it waits for two hours, where the provider's own limit is 40 minutes", "nothing", "done in one run"}
}

func killedAtInstance(t *testing.T) []string {
	l := live.Start(t, "dev")
	isInstance := func(op simcloud.Operation) bool { return op.Type == live.InstanceType }
	name, _, err := l.KillAtCreate(isInstance)
	require.Error(t, err)
	id := l.One(live.InstanceType).ID
	locked := seen(t, l.MustFail(l.Up(t.Context())), "the stack is currently locked")
	l.CLI("cancel", "--yes")
	result, err := l.Up(t.Context())
	taken := seen(t, l.MustFail(result, err)+live.Everything(result), "DBInstanceAlreadyExists", name[strings.Index(name, "::")+2:]+", interrupted while creating")

	made := l.One(live.InstanceType)
	require.True(t, recovers(l, &made))
	for _, change := range l.MustUp() {
		assert.NotRegexp(t, "(replace|create|delete) "+live.InstanceType, change, "the next run uses the instance that was created")
	}
	assert.Empty(t, l.MustUp())
	assert.Equal(t, id, l.One(live.InstanceType).ID)
	assert.Equal(t, live.Started(t, "dev").Inventory(), l.Inventory())
	return []string{
		locked + "; after `pulumi cancel`: " + taken, "`just db-recover dev`, `up`",
		"the instance that was created is used, nothing exists twice",
	}
}

func twoRuns(t *testing.T) []string {
	l := live.Start(t, "dev")
	var second error
	var printed string
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Type == live.InstanceType && op.Op == "create" {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cli, err := engine.CLI(ctx, nil)
			if err != nil {
				return err
			}
			_, printed, _, second = cli.Run(ctx, l.WorkDir(), nil, nil, nil, l.Environ(), "destroy", "--yes", "--skip-preview", "--stack", "dev")
		}
		return nil
	})
	l.MustUp()
	l.Cloud.Fail(nil)
	require.Error(t, second)
	why := seen(t, printed, "the stack is currently locked by 1 lock")
	converges(l)
	return []string{"the second: " + why, "wait for the first", "the first ends as if it were alone"}
}

func migrationFails(t *testing.T) []string {
	l := live.Start(t, "dev", engine.Override{Path: "migrations.backoffLimit", Value: "0"})
	l.Cloud.JobResult = func(string) error { return errors.New("alembic: can't locate revision") }
	why := seen(t, l.MustFail(l.Up(t.Context())), "core-api-migration-", "BackoffLimitExceeded")
	l.Cloud.JobResult = nil
	assert.Contains(t, l.MustFail(l.Up(t.Context())), "BackoffLimitExceeded", "it does not run again by itself")
	id := l.One(live.InstanceType).ID
	l.MustSet("migrations.attempt", "2")
	converges(l)
	l.One(live.JobType)
	assert.Equal(t, id, l.One(live.InstanceType).ID)
	assert.Len(t, l.Ran(), 2, "once for each attempt")
	return []string{why, "a new image, or `migrations.attempt: 2` for the same one; until then every run fails in the same way", "one new Job replaces the failed one, the database is untouched"}
}

func migrationHangs(t *testing.T) []string {
	l := live.Start(t, "dev")
	l.Cloud.JobResult = func(string) error { return simcloud.ErrRunning }
	var patience time.Duration
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Type == live.JobType && op.Op == "create" {
			patience = op.Timeout
		}
		return nil
	})
	why := seen(t, l.MustWaitInVain(), "core-api-migration-", "timed out waiting to be Ready")
	job := l.One(live.JobType)
	assert.Greater(t, patience, 10*time.Minute, "longer than the Job's own deadline, whose end says more")
	assert.Contains(t, l.MustWaitInVain(), "timed out waiting to be Ready")
	assert.Equal(t, job.ID, l.One(live.JobType).ID, "the Job that runs is left alone")
	l.Cloud.JobResult = nil
	converges(l)
	assert.Len(t, l.Ran(), 1, "no run starts it a second time")
	return []string{why, "`up` again, which waits for the same Job", "the Job that was running has done the migration"}
}

func neverReady(t *testing.T) []string {
	l := live.Started(t, "dev")
	require.NoError(t, l.Cloud.Remove(live.RolePolicyType, l.One(live.RolePolicyType).ID))
	l.MustSet("database.passwordVersion", "2")
	l.MustUp()
	const refusal = "AccessDeniedException"
	require.Eventually(t, func() bool { return strings.Contains(strings.Join(l.Cloud.Events(), "\n"), refusal) }, 10*time.Second, 50*time.Millisecond)
	told := seen(t, strings.Join(l.Cloud.Events(), "\n"), "core-api-db: UpdateFailed", refusal)
	assert.NotEqual(t, l.One(live.InstanceType).Properties.Text("password"), l.KubeSecret("DB_PASSWORD"))
	_, err := l.Up(t.Context(), optup.Refresh())
	require.NoError(t, err)
	require.NoError(t, l.Cloud.Sync()) // the operator retries by itself
	converges(l)
	return []string{"nothing: the ExternalSecret was ready until the operator tried; then an event of it says " + told + ", and `just db-check` that it is broken", "`up --refresh`", "the policy is back, and the cluster has the new password when the operator has tried again"}
}

func foreignAccount(t *testing.T) []string {
	oncluster.Simulated(t, "a cluster belongs to the account with which the stack is opened")
	l := live.StartWith(t, engine.Options{Stack: "dev", AccountID: "999999999999"})
	before := l.Inventory()
	why := seen(t, l.MustFail(l.Up(t.Context())), "AWS account ID not allowed: 999999999999")
	assert.Equal(t, before, l.Inventory())
	l.Cloud.AccountID = "123456789012"
	converges(l)
	return []string{why, "`up` with the right credentials", "nothing had been made"}
}

// wrongSetting is a wrong value in the stack file from the first run on.
type wrongSetting struct {
	key, value, right string // right: "" for none
	says              []string
}

// fixed returns the error of the first run, and checks that the right value repairs the stack.
func (w wrongSetting) fixed(t *testing.T) string {
	t.Helper()
	l := live.Start(t, "dev", engine.Override{Path: w.key, Value: w.value})
	why := seen(t, l.MustFail(l.Up(t.Context())), w.says...)
	if w.right == "" {
		l.MustUnset(w.key)
	} else {
		l.MustSet(w.key, w.right)
	}
	converges(l)
	return why
}

func unknownCluster(t *testing.T) []string {
	why := wrongSetting{key: "cluster.name", value: "mosaic-test", right: "mosaic-dev", says: []string{
		"looking up the EKS cluster mosaic-test (mosaic-database:cluster.name)", "No cluster found",
	}}.fixed(t)
	return []string{why, "the right `cluster.name`, `up`", "nothing had been made"}
}

func noOIDCProvider(t *testing.T) []string {
	l := live.Start(t, "dev")
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if strings.HasSuffix(op.Type, "getOpenIdConnectProvider") {
			return errors.New("finding IAM OIDC Provider by url: not found")
		}
		return nil
	})
	before := l.Inventory()
	why := seen(t, l.MustFail(l.Up(t.Context())), "eksctl utils associate-iam-oidc-provider --cluster mosaic-dev --approve")
	assert.Equal(t, before, l.Inventory())
	l.Cloud.Fail(nil)
	converges(l)
	return []string{why, "that command, `up`", "nothing had been made"}
}

func foreignIssuer(t *testing.T) []string {
	why := wrongSetting{key: "cluster.oidcIssuer", value: simcloud.OIDCIssuer("mosaic-prod", "us-east-1"), says: []string{
		"aws-secrets-manager", "Ready=False: InvalidProviderConfig: unable to validate store",
	}}.fixed(t)
	return []string{why, "without `cluster.oidcIssuer`, `up`", "the role trusts the right issuer, and the run completes"}
}

func unreachableCluster(t *testing.T) []string {
	const kubeconfig = `{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: u}}], ` +
		`clusters: [{name: c, cluster: {server: "https://nowhere.example.com"}}], users: [{name: u, user: {}}]}`
	path := filepath.Join(t.TempDir(), "kubeconfig")
	require.NoError(t, os.WriteFile(path, []byte(kubeconfig), 0o600))
	why := wrongSetting{key: "cluster.kubeconfig", value: path, says: []string{"configured Kubernetes cluster is unreachable"}}.fixed(t)
	return []string{why, "repair the network or `cluster.kubeconfig`, `up`", "what needs no cluster was made and stays"}
}
