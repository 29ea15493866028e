package delivery

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

const (
	reader  = "core-api-db-reader"
	ownRole = "arn:aws:iam::123456789012:role/core-api"
	ourRole = "arn:aws:iam::123456789012:role/mosaic-prod-core-api-secrets-role"
)

// account returns the annotation of a ServiceAccount with its role; false if there is no such ServiceAccount.
func account(l *live.Stack, name string) (role string, found bool) {
	for _, object := range l.Cloud.Objects(live.ServiceAccountType) {
		if strings.HasSuffix(object.ID, "/"+name) {
			return object.Properties.Text("metadata", "annotations", "eks.amazonaws.com/role-arn"), true
		}
	}
	return "", false
}

// trusted returns the trust policy of the application's role.
func trusted(l *live.Stack) string { return l.One(live.RoleType).Properties.Text("assumeRolePolicy") }

// deleted lists the objects of the cluster that were deleted since an entry of the cloud's log.
func deleted(l *live.Stack, since int) (all []string) {
	for _, operation := range l.Cloud.Log()[since:] {
		if operation.Op == "delete" && strings.HasPrefix(operation.Type, "kubernetes:") {
			all = append(all, operation.Name)
		}
	}
	return all
}

// TestTheApplicationKeepsItsOwnServiceAccount: with secretsServiceAccount from the beginning, this program touches no ServiceAccount of the
// application, and the values say nothing about it.
func TestTheApplicationKeepsItsOwnServiceAccount(t *testing.T) {
	t.Parallel()
	for _, delivery := range []string{"pulumi", "gitops"} {
		l := live.Start(t, "prod", engine.Override{Path: "app.secretsServiceAccount", Value: reader}, engine.Override{Path: "delivery", Value: delivery})
		own := simcloud.Properties{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{
			"name": "core-api", "namespace": "mosaic-prod", "annotations": map[string]any{"eks.amazonaws.com/role-arn": ownRole},
		}}
		require.NoError(t, l.Cloud.Add(simcloud.Object{Kind: live.ServiceAccountType, Cluster: "mosaic-prod", ID: "mosaic-prod/core-api", Properties: own}))
		l.MustUp()
		assert.Empty(t, l.MustPreview())
		role, _ := account(l, "core-api")
		assert.Equal(t, ownRole, role)
		assert.NotContains(t, trusted(l), ":core-api\"", "who has the application's ServiceAccount has not the role")
		values := l.MustOutputs()["helmValues"].(map[string]any)
		assert.Empty(t, values["serviceAccount"], "any value would take the place of the chart's own")
		assert.Equal(t, map[string]any{
			"create": delivery == "gitops", "name": reader, "annotations": map[string]any{"eks.amazonaws.com/role-arn": ourRole},
		}, values["externalSecrets"].(map[string]any)["serviceAccount"])
		if delivery == "pulumi" {
			role, _ = account(l, reader)
			assert.Equal(t, ourRole, role)
			assert.Equal(t, l.One(live.InstanceType).Properties.Text("password"), l.KubeSecret("DB_PASSWORD"))
		}
	}
}

// TestALiveStackLetsGoOfTheServiceAccount: in a live stack, the application's ServiceAccount is neither deleted nor taken away from its
// pods: for one run more it has the role, then this program forgets it. The pods' Secret is there all the time.
func TestALiveStackLetsGoOfTheServiceAccount(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	since, operations := len(l.Cloud.Log()), secretAlways(l)

	l.MustSet("app.secretsServiceAccount", reader)
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "app.secretsServiceAccount: "+reader)
	assert.Contains(t, l.MustFail(l.Up(t.Context())), "releasing: true beside it in this run")
	assert.Empty(t, l.Cloud.Log()[since:], "a refused run does nothing")

	l.MustSet("app.releasing", "true")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	for _, subject := range []string{reader, "core-api"} {
		assert.Contains(t, trusted(l), ":"+subject+`"`, "the store's, and that of pods that have not restarted")
	}
	assert.Empty(t, l.MustOutputs()["helmValues"].(map[string]any)["serviceAccount"])

	// The chart takes the ServiceAccount over, and the pods restart.
	require.NoError(t, l.Cloud.Edit(live.ServiceAccountType, "mosaic-prod/core-api", func(p simcloud.Properties) {
		p.Map("metadata", "annotations")["eks.amazonaws.com/role-arn"] = ownRole
	}))
	l.MustUnset("app.releasing")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	assert.Empty(t, deleted(l, since))
	role, there := account(l, "core-api")
	assert.True(t, there, "pods run with it")
	assert.Equal(t, ownRole, role)
	assert.NotContains(t, trusted(l), ":core-api\"")
	l.MustSet("database.passwordVersion", "2")
	l.Cloud.Inspect(nil) // the Secret changes now
	l.MustUp()
	assert.Equal(t, l.One(live.InstanceType).Properties.Text("password"), l.KubeSecret("DB_PASSWORD"), "the store reads with its own ServiceAccount")
	role, _ = account(l, "core-api")
	assert.Equal(t, ownRole, role, "nothing writes to it any more")

	l.MustSet("app.releasing", "true")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "does not have the ServiceAccount core-api, and would take it")
	assert.Greater(t, *operations, 20, "the Secret was looked at")
}

// TestTheStoreGoesBack: without secretsServiceAccount again, in a handover, the SecretStore changes before its ServiceAccount is deleted.
func TestTheStoreGoesBack(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", engine.Override{Path: "app.secretsServiceAccount", Value: reader})
	l.MustUp()
	since, _ := len(l.Cloud.Log()), secretAlways(l)
	l.MustUnset("app.secretsServiceAccount")
	l.MustSet("delivery", "handover")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	assert.Equal(t, []string{reader}, deleted(l, since))
	var order []string
	for _, operation := range l.Cloud.Log()[since:] {
		if operation.Type == live.SecretStoreType || operation.Type == live.ServiceAccountType && operation.Op == "delete" {
			order = append(order, operation.Op+" "+operation.Type)
		}
	}
	assert.Equal(t, []string{"update " + live.SecretStoreType, "delete " + live.ServiceAccountType}, order)
	require.NoError(t, l.Cloud.Sync())
	assert.Equal(t, l.One(live.InstanceType).Properties.Text("password"), l.KubeSecret("DB_PASSWORD"))
}

// TestTheServiceAccountComesBack: the application's ServiceAccount is the chart's, so this program takes it back in a handover.
func TestTheServiceAccountComesBack(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", engine.Override{Path: "app.secretsServiceAccount", Value: reader})
	l.MustUp()
	require.NoError(t, l.Cloud.Add(simcloud.Object{Kind: live.ServiceAccountType, Cluster: "mosaic-prod", ID: "mosaic-prod/core-api", Properties: simcloud.Properties{
		"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{
			"name": "core-api", "namespace": "mosaic-prod", "annotations": map[string]any{"eks.amazonaws.com/role-arn": ownRole}},
	}}))
	since, _ := len(l.Cloud.Log()), secretAlways(l)
	l.MustUnset("app.secretsServiceAccount")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "write: delivery: handover beside it in this run", "the run would end halfway, with the role taken from the store")
	l.MustSet("delivery", "handover")
	l.MustUp()
	l.MustSet("delivery", "pulumi")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	require.Len(t, deleted(l, since), 1)
	assert.Contains(t, deleted(l, since)[0], reader)
	role, _ := account(l, "core-api")
	assert.Equal(t, ourRole, role)
	require.NoError(t, l.Cloud.Sync())
	assert.Equal(t, l.One(live.InstanceType).Properties.Text("password"), l.KubeSecret("DB_PASSWORD"))
}

// clusterStore adds a ClusterSecretStore that reads with a ServiceAccount of the operator's, whose role may read our secrets.
func clusterStore(l *live.Stack, name string) {
	l.T.Helper()
	issuer := simcloud.OIDCIssuer("mosaic-prod", "us-east-1")
	host := strings.TrimPrefix(issuer, "https://")
	for _, object := range []simcloud.Object{
		{Kind: live.RoleType, ID: "operator", Properties: simcloud.Properties{
			"name": "operator", "arn": "arn:aws:iam::123456789012:role/operator",
			"assumeRolePolicy": `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRoleWithWebIdentity"],
				"Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/` + host + `"},
				"Condition": {"StringEquals": {"` + host + `:aud": "sts.amazonaws.com", "` + host + `:sub": "system:serviceaccount:external-secrets:operator"}}}]}`,
		}},
		{Kind: live.RolePolicyType, ID: "operator:read", Properties: simcloud.Properties{
			"role": "operator", "policy": `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"],
				"Resource": ["arn:aws:secretsmanager:us-east-1:123456789012:secret:mosaic/*"]}]}`,
		}},
		{Kind: live.ServiceAccountType, Cluster: "mosaic-prod", ID: "external-secrets/operator", Properties: simcloud.Properties{
			"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{
				"name": "operator", "namespace": "external-secrets", "annotations": map[string]any{"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/operator"},
			},
		}},
	} {
		require.NoError(l.T, l.Cloud.Add(object))
	}
	l.ClusterSecretStore(name, "external-secrets", "operator")
}

// TestALiveStackMovesToAClusterSecretStore: the ExternalSecret changes its store and is not replaced, the own store goes a run later. With a
// ClusterSecretStore that cannot read, the pods' Secret stays as it is.
func TestALiveStackMovesToAClusterSecretStore(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	since, operations := len(l.Cloud.Log()), secretAlways(l)
	external := l.One(live.ExternalSecretType).Properties.Text("metadata", "uid")
	l.MustSet("app.clusterSecretStore", "aws")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "has the SecretStore aws-secrets-manager, which would be deleted")
	l.MustSet("app.releasing", "true")
	l.ClusterSecretStore("aws", "external-secrets", "operator") // a ServiceAccount that is not there
	l.MustUp()
	assert.Eventually(t, func() bool {
		return strings.Contains(strings.Join(l.Cloud.Events(), "\n"), "ExternalSecret core-api-db: UpdateFailed: ")
	}, 10*time.Second, 50*time.Millisecond, "the run does not fail: the ExternalSecret was ready, until the operator tried")
	l.One(live.SecretStoreType)

	clusterStore(l, "aws")
	require.NoError(t, l.Cloud.Sync())
	assert.True(t, l.One(live.ExternalSecretType).Is("Ready"))
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	assert.Empty(t, deleted(l, since))
	values := l.MustOutputs()["helmValues"].(map[string]any)["externalSecrets"].(map[string]any)
	assert.Equal(t, []any{"ClusterSecretStore", "aws"}, []any{values["secretStoreKind"], values["secretStore"]})

	l.MustUnset("app.releasing")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	require.Len(t, deleted(l, since), 1)
	assert.Empty(t, l.Cloud.Objects(live.SecretStoreType))
	assert.Equal(t, external, l.One(live.ExternalSecretType).Properties.Text("metadata", "uid"), "it is the same object")
	role, _ := account(l, "core-api")
	assert.Equal(t, ourRole, role, "the application has the role")
	l.Cloud.Inspect(nil)
	l.MustSet("database.passwordVersion", "2")
	l.MustUp()
	assert.Equal(t, l.One(live.InstanceType).Properties.Text("password"), l.KubeSecret("DB_PASSWORD"))

	// And back, in one run: the store is there before the ExternalSecret names it.
	secretAlways(l)
	l.MustUnset("app.clusterSecretStore")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
	l.One(live.SecretStoreType)
	state := l.ResourcesByLabel()
	assert.Contains(t, state[live.ExternalSecretType+"::core-api-db"].Dependencies, state[live.SecretStoreType+"::aws-secrets-manager"].URN,
		"otherwise the two are made at the same time")
	assert.Greater(t, *operations, 20, "the Secret was looked at")
}

// TestWhoElseHasTheRole: the ServiceAccounts that are named may assume the role, also by a pattern, and no other; a policy is attached
// until it is taken out of the list.
func TestWhoElseHasTheRole(t *testing.T) {
	t.Parallel()
	const attachment, policy = "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "arn:aws:iam::123456789012:policy/media/core-api-media"
	l := live.Started(t, "prod")
	before := trusted(l)
	l.MustSet("app.policyArns[0]", policy)
	l.MustSet("app.trustedServiceAccounts[0]", "jobs/worker")
	l.MustSet("app.trustedServiceAccounts[1]", "preview-*/core-api")
	changes := l.MustUp()
	assert.Equal(t, []string{
		"create " + attachment + "::mosaic-prod-core-api-secrets-role/123456789012/media/core-api-media", "update " + live.RoleType + "::mosaic-prod-core-api-secrets-role",
	}, changes)
	assert.Empty(t, l.MustPreview())
	assert.Equal(t, policy, l.One(attachment).Properties.Text("policyArn"))
	for subject, is := range map[string]bool{
		"mosaic-prod:core-api": true, "jobs:worker": true, "preview-12:core-api": true,
		"preview-12:worker": false, "jobs:core-api": false, "my-preview-1:core-api": false,
	} {
		assert.Equal(t, is, simcloud.Trusts(trusted(l), "mosaic-prod", subject), subject)
	}
	l.MustUnset("app.policyArns")
	l.MustUnset("app.trustedServiceAccounts")
	l.MustUp()
	assert.Empty(t, l.Cloud.Objects(attachment))
	assert.Equal(t, before, trusted(l))
}
