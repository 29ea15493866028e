//go:build prove

package faults

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

const managing = "database.manageMasterUserPassword"

// alternating is dev with logins beside the master user, whose password RDS may manage.
func alternating(t *testing.T, overrides ...engine.Override) *live.Stack {
	t.Helper()
	l := live.Start(t, "dev", append(overrides, engine.Override{Path: "database.credentials", Value: "alternating"})...)
	l.MustUp()
	return l
}

// settles expects the next run to succeed, another one to change nothing, and every login in every secret to work.
func settles(l *live.Stack) {
	l.T.Helper()
	l.MustUp()
	assert.Empty(l.T, l.MustUp(), "a further run changes nothing")
	assert.Empty(l.T, l.Cloud.Refused())
}

// keyNotAccessible lets RDS refuse the key of the master user's secret, when it takes over. Source of the words: RDS API Reference, ModifyDBInstance.
func keyNotAccessible(t *testing.T) []string {
	l := alternating(t)
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Type == live.InstanceType && op.Op == "update" {
			return errors.New("KMSKeyNotAccessibleFault: An error occurred accessing an AWS KMS key")
		}
		return nil
	})
	before, client := l.One(live.InstanceType), l.KubeSecret("DB_PASSWORD")
	l.MustSet(managing, "true")
	why := seen(t, l.MustFail(l.Up(t.Context())), "KMSKeyNotAccessibleFault")
	assert.Equal(t, before, l.One(live.InstanceType), "the program's password stays")
	assert.Empty(t, l.Cloud.Refused())
	l.Cloud.Fail(nil)
	settles(l)
	assert.Equal(t, client, l.KubeSecret("DB_PASSWORD"))
	return []string{why, "repair the key's state and policy, `up`", "RDS manages the password; until then the program's password worked, and the clients' logins worked all the time"}
}

// withoutSecret lets the state have the instance before RDS has told the ARN of its secret.
func withoutSecret(t *testing.T) []string {
	l := alternating(t)
	l.Cloud.Fail(func(op simcloud.Operation) error {
		if op.Type == live.SecretVersionType {
			return errors.New("the run stops after the instance")
		}
		return nil
	})
	l.MustSet(managing, "true")
	assert.Contains(t, l.MustFail(l.Up(t.Context())), "the run stops")
	l.Cloud.Fail(nil)
	l.EditState(func(resource map[string]any) {
		if resource["type"] == live.InstanceType {
			resource["outputs"].(map[string]any)["masterUserSecrets"] = []any{}
		}
	})
	why := seen(t, l.MustFail(l.Up(t.Context())), "RDS has no secret of the master user yet", "pulumi up --refresh")
	_, err := l.Up(t.Context(), optup.Refresh())
	require.NoError(t, err)
	settles(l)
	return []string{why, "`up --refresh`", "the secrets name RDS's secret; the clients' logins worked all the time"}
}

// unreadableMaster takes RDS's secret out of what the operator may read, lets RDS rotate, and the bootstrap run anew.
func unreadableMaster(t *testing.T) []string {
	l := alternating(t, engine.Override{Path: managing, Value: "true"})
	for _, policy := range l.Cloud.Objects(live.RolePolicyType) {
		require.NoError(t, l.Cloud.Edit(policy.Kind, policy.ID, func(p simcloud.Properties) {
			p["policy"] = regexp.MustCompile(`,"[^"]+:secret:rds![^"]+"`).ReplaceAllString(p.Text("policy"), "")
		}))
	}
	require.NoError(t, l.Cloud.RotateMasters())
	l.MustSet("database.passwordVersion", "2")
	why := seen(t, l.MustWaitInVain(), "core-api-bootstrap-", "timed out waiting to be Ready")
	told := seen(t, strings.Join(l.Cloud.Events(), "\n"), "core-api-bootstrap-db: UpdateFailed", "AccessDeniedException", ":secret:rds!db-")
	assert.Empty(t, l.Cloud.Refused(), "the clients log in as before")
	retrying(l, func() (*engine.Result, error) { return l.Up(t.Context(), optup.Refresh()) })
	settles(l)
	return []string{why + "; an event of the ExternalSecret says " + told, "`up --refresh`", "the policy is back, and the Job has run with the password of today; the clients' logins worked all the time"}
}

// retrying expects a run to succeed, during which the operator tries again what did not work.
func retrying(l *live.Stack, run func() (*engine.Result, error)) {
	l.T.Helper()
	ended, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-ended:
				return
			case <-time.After(100 * time.Millisecond):
				_ = l.Cloud.Sync()
			}
		}
	}()
	_, err := run()
	close(ended)
	<-stopped
	require.NoError(l.T, err)
}
