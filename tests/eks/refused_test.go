package eks

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// refusal is what somebody changes outside of Pulumi, so that AWS refuses the operator.
type refusal struct {
	kind, property, from, to string // no property: the object is deleted
	told                     string // what the run's error says
	event                    string // of the object, with AWS's words
}

// refusals are by the application whose role it is.
func refusals() map[string]refusal {
	const (
		store    = "\t* Ready=False: InvalidProviderConfig: unable to validate store"
		external = "\t* Ready=False: SecretSyncedError: could not get secret data from provider"
		stranger = "api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity"
	)
	return map[string]refusal{
		"subject":  {live.RoleType, "assumeRolePolicy", ":subject", ":another", store, stranger},
		"audience": {live.RoleType, "assumeRolePolicy", `"sts.amazonaws.com"`, `"another"`, store, stranger},
		"gone":     {live.RoleType, "", "", "", store, stranger},
		"arn": {live.RolePolicyType, "policy", "mosaic/prod/rds/connection", "another", external,
			"api error AccessDeniedException: User: arn:aws:sts::ACCOUNT:assumed-role/mosaic-prod-arn-secrets-role/external-secrets-provider-aws is not authorized " +
				"to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-east-1:ACCOUNT:secret:mosaic/prod/rds/connection-"},
		"key": {live.RolePolicyType, "policy", "kms:Decrypt", "kms:Encrypt", external, "api error AccessDeniedException: Access to KMS is not allowed"},
	}
}

// TestTheOperatorIsRefused: each reason for which AWS refuses the operator ends the run, which names the object; AWS's words are in an event of
// it. After the repair the objects become ready by themselves.
func TestTheOperatorIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Override{Path: "migrations.enabled", Value: "false"}, engine.Override{Path: "delivery", Value: "gitops"})
	s.MustSet("database.secretKmsKeyId", "arn:aws:kms:us-east-1:"+s.account+":key/11111111-2222-4333-8444-555555555555")
	for app := range refusals() {
		s.MustSet("additionalApps."+app+".serviceAccount", app)
	}
	s.MustUp() // the roles alone
	for app, r := range refusals() {
		s.tamper(app, r)
	}

	s.MustSet("delivery", "handover")
	s.Cloud.Patience = 3 * time.Second
	said, events := s.MustFail(s.Up(t.Context())), strings.Join(s.Cloud.Events(), "\n")
	for app, r := range refusals() {
		object, kind := app+"-db", "ExternalSecret "
		if strings.Contains(r.told, "Provider") {
			object, kind = app+"-aws-secrets-manager", "SecretStore "
		}
		assert.Contains(t, said, "resource "+s.namespace+"/"+object+" was successfully created, but the Kubernetes API server reported that it failed to "+
			"fully initialize or become live: timed out waiting for the condition\n"+r.told)
		assert.Regexp(t, kind+object+": .*"+strings.ReplaceAll(r.event, "ACCOUNT", s.account), events)
	}
	assert.NotContains(t, said, "core-api", "the others are not affected")

	s.Cloud.Patience = time.Minute
	s.Changes(s.Refresh(t.Context()))
	s.MustUp()
	assert.Equal(t, 1+len(refusals()), len(s.Cloud.Objects(live.KubeSecretType))) // without printing them

	// AWS does not tell whether a secret exists to who may read none of this name: the ARN of the policy is that of the one that is gone.
	gone := s.Cloud.Objects(live.SecretType)
	gone = slices.DeleteFunc(gone, func(o simcloud.Object) bool { return o.Properties.Text("name") != "mosaic/prod/rds/connection" })
	require.Len(t, gone, 1)
	require.NoError(t, s.Cloud.Remove(live.SecretType, gone[0].ID))
	s.MustSet("additionalApps.late.serviceAccount", "late")
	s.Cloud.Patience = 3 * time.Second
	said = s.MustFail(s.Up(t.Context()))
	assert.Contains(t, said, "resource "+s.namespace+"/late-db was successfully created")
	assert.Contains(t, said, "SecretSyncedError")
	assert.Contains(t, strings.Join(s.Cloud.Events(), "\n"), "secretsmanager:GetSecretValue on resource: mosaic/prod/rds/connection because no identity-based policy allows")
}

// tamper changes what the application's role is.
func (s *stack) tamper(app string, r refusal) {
	s.T.Helper()
	all := s.Cloud.Objects(r.kind)
	i := slices.IndexFunc(all, func(o simcloud.Object) bool { return strings.HasPrefix(o.ID, "mosaic-prod-"+app+"-secrets-role") })
	require.GreaterOrEqual(s.T, i, 0, app)
	if r.property == "" {
		require.NoError(s.T, s.Cloud.Remove(r.kind, all[i].ID))
		return
	}
	require.Contains(s.T, all[i].Properties.Text(r.property), r.from)
	require.NoError(s.T, s.Cloud.Edit(r.kind, all[i].ID, func(p simcloud.Properties) {
		p[r.property] = strings.ReplaceAll(p.Text(r.property), r.from, r.to)
	}))
}

// TestARotationThatTheOperatorCannotRead: the condition of an ExternalSecret that was ready is still that of its last state when the provider
// looks at it, so the run ends well, without a Job that waits for the new entry. The pods' Secret is the old one, and the next look tells.
func TestARotationThatTheOperatorCannotRead(t *testing.T) {
	t.Parallel()
	s := start(t, engine.Override{Path: "migrations.enabled", Value: "false"})
	s.MustUp()
	before := s.KubeSecret("DB_PASSWORD")
	s.tamper("core-api", refusal{kind: live.RolePolicyType, property: "policy", from: "mosaic/prod/rds/connection", to: "another"})
	s.MustSet("database.passwordVersion", "2")
	s.MustUp()
	assert.Equal(t, before, s.KubeSecret("DB_PASSWORD"))
	assert.NotEqual(t, s.One(live.InstanceType).Properties.Text("password"), before)
	require.Eventually(t, func() bool {
		return strings.Contains(strings.Join(s.Cloud.Events(), "\n"), "ExternalSecret core-api-db: UpdateFailed: ")
	}, time.Minute, 100*time.Millisecond)
	assert.Equal(t, "SecretSyncedError", s.One(live.ExternalSecretType).Properties.List("status", "conditions")[0].Text("reason"))

	// With a migration, its container waits for the version.
	s.MustSet("migrations.enabled", "true")
	s.Cloud.Patience = 3 * time.Second
	said := s.MustFail(s.Up(t.Context()))
	assert.Contains(t, said, "[CreateContainerConfigError] couldn't find key DB_SECRET_VERSION_")
}
