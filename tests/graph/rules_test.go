package graph

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// checkRules checks the rules for every registration of every stack.
func checkRules(t *testing.T, all []recorder.Registration) {
	t.Helper()
	for _, one := range all {
		if strings.HasPrefix(one.Type, "pulumi:") {
			continue
		}
		assert.NotEmpty(t, one.Parent, "%s has no parent", one.Key())
		assert.NotContains(t, recorder.Text(t, one), recorder.Password, "%s shows the password", one.Key())
		if strings.HasPrefix(one.Type, "mosaic-database:") {
			continue
		}
		assert.NotEmpty(t, one.Provider, "%s uses a default provider", one.Key())
		checkProtection(t, one)
		checkSecretness(t, one)
		checkExposure(t, one)
		checkPolicies(t, one)
		checkPublishers(t, one)
		checkFieldManager(t, one)
		checkKey(t, one)
	}
	checkOrder(t, all)
}

// checkProtection: resources that hold data, and those that deliver the credentials to the pods, are protected.
func checkProtection(t *testing.T, one recorder.Registration) {
	t.Helper()
	assert.Equal(t, ofBackup(one) || isCopiesKey(one), one.Stays, "%s", one.Key())
	switch one.Type {
	case "aws:rds/instance:Instance":
		replica := one.Inputs["replicateSourceDb"] != nil
		assert.Equal(t, !replica, one.Protect, "%s", one.Key())
		assert.Equal(t, !replica, one.Inputs["deletionProtection"] == true, "%s", one.Key())
	case "aws:rds/cluster:Cluster":
		assert.True(t, one.Protect, "%s", one.Key())
		assert.Equal(t, true, one.Inputs["deletionProtection"], "%s", one.Key())
		assert.NotContains(t, one.Inputs, "availabilityZones", "%s would be replaced when Aurora adds a zone", one.Key())
	case "aws:rds/clusterInstance:ClusterInstance":
		assert.Equal(t, strings.HasSuffix(one.Name, "-instance-1"), one.Protect, "%s", one.Key())
	case "aws:iam/role:Role":
		assert.Equal(t, !strings.HasSuffix(one.Name, "-monitoring-role") && !recorder.Optional(one.Name), one.Protect, "%s", one.Key())
	case "aws:secretsmanager/secret:Secret", "aws:iam/rolePolicy:RolePolicy", "kubernetes:core/v1:Namespace",
		"kubernetes:core/v1:ServiceAccount", "kubernetes:external-secrets.io/v1:SecretStore", "kubernetes:external-secrets.io/v1:ExternalSecret":
		assert.Equal(t, !recorder.Optional(one.Name), one.Protect, "%s", one.Key())
	case "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication":
		assert.True(t, one.Protect, "%s", one.Key())
	case "aws:backup/vault:Vault":
		assert.Nil(t, one.Inputs["forceDestroy"], "%s would be deleted with what is in it", one.Key())
	case "kubernetes:batch/v1:Job", "aws:secretsmanager/secretVersion:SecretVersion", "aws:rds/parameterGroup:ParameterGroup", "aws:rds/clusterParameterGroup:ClusterParameterGroup":
		assert.False(t, one.Protect, "%s could not make room for its successor", one.Key())
	}
}

// ofBackup tells whether it is what AWS Backup needs to keep what it takes, and to delete it in time. It stays when the stack forgets it.
func ofBackup(one recorder.Registration) bool {
	return one.Type == "aws:backup/vault:Vault" || strings.HasPrefix(one.Type, "aws:iam/") && strings.HasSuffix(one.Name, "-backup-role")
}

// checkFieldManager: every object is applied by the same field manager. Otherwise the provider would invent one for each object that
// it creates, and fields of a former manager would stay.
func checkFieldManager(t *testing.T, one recorder.Registration) {
	t.Helper()
	if strings.HasPrefix(one.Type, "kubernetes:") {
		annotations, _ := one.Inputs["metadata"].(map[string]any)["annotations"].(map[string]any)
		assert.Equal(t, "pulumi-kubernetes-mosaic-database", annotations["pulumi.com/patchFieldManager"], one.Key())
	}
}

// checkSecretness: a password is a secret in every input.
func checkSecretness(t *testing.T, one recorder.Registration) {
	t.Helper()
	for name, value := range one.Raw {
		if name == "password" || name == "secretString" {
			assert.True(t, value.IsSecret() || value.IsOutput() && value.OutputValue().Secret, "%s: %s is not secret", one.Key(), name)
		}
	}
}

// checkExposure: instances are encrypted and private and require TLS, and security groups are not open to every address.
func checkExposure(t *testing.T, one recorder.Registration) {
	t.Helper()
	switch one.Type {
	case "aws:rds/instance:Instance":
		assert.Equal(t, false, one.Inputs["publiclyAccessible"], "%s", one.Key())
		assert.Equal(t, true, one.Inputs["storageEncrypted"], "%s", one.Key())
		assert.Equal(t, true, one.Inputs["copyTagsToSnapshot"], "%s", one.Key())
	case "aws:rds/cluster:Cluster":
		assert.Equal(t, true, one.Inputs["storageEncrypted"], "%s", one.Key())
		assert.Equal(t, true, one.Inputs["copyTagsToSnapshot"], "%s", one.Key())
		assert.Equal(t, false, one.Inputs["enableHttpEndpoint"], "%s has an endpoint past the security group", one.Key())
	case "aws:rds/clusterInstance:ClusterInstance":
		assert.Equal(t, false, one.Inputs["publiclyAccessible"], "%s", one.Key())
	case "aws:rds/clusterParameterGroup:ClusterParameterGroup":
		assert.Contains(t, one.Inputs["parameters"], map[string]any{"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"}, "off before 17, if nobody says so")
	case "aws:rds/parameterGroup:ParameterGroup":
		assert.Contains(t, one.Inputs["parameters"], map[string]any{"name": "rds.force_ssl", "value": "1", "applyMethod": "pending-reboot"})
	case "aws:ec2/securityGroup:SecurityGroup":
		assert.Equal(t, []any{}, one.Inputs["egress"], "%s has egress", one.Key())
		rules := recorder.Text(t, one)
		assert.NotContains(t, rules, "0.0.0.0/0")
		assert.NotContains(t, rules, "::/0")
		for _, rule := range one.Inputs["ingress"].([]any) {
			assert.NotEmpty(t, rule.(map[string]any)["description"], "%s has an undescribed rule", one.Key())
		}
	}
}

// checkPolicies: no policy of a role has a wildcard in an action or a resource, except where AWS chooses the names. The controls check the policies of keys and topics.
func checkPolicies(t *testing.T, one recorder.Registration) {
	t.Helper()
	if one.Type == "aws:kms/key:Key" || one.Type == "aws:sns/topicPolicy:TopicPolicy" {
		return
	}
	for _, field := range []resource.PropertyKey{"policy", "assumeRolePolicy"} {
		value, ok := one.Raw[field]
		if !ok || !value.IsString() {
			continue
		}
		var document iam.Document
		require.NoError(t, json.Unmarshal([]byte(value.StringValue()), &document), "%s: %s", one.Key(), field)
		require.NotEmpty(t, document.Statement)
		for i, statement := range document.Statement {
			for _, subjects := range statement.Condition["StringLike"] {
				for _, subject := range subjects {
					assert.Regexp(t, `^system:serviceaccount:[a-z0-9][a-z0-9*-]*:`, subject, "%s trusts every namespace", one.Key())
				}
			}
			delete(document.Statement[i].Condition, "StringLike")
			document.Statement[i].Resource = slices.DeleteFunc(statement.Resource, func(resource string) bool { return namedByAWS(statement, resource) })
		}
		text, err := document.JSON()
		require.NoError(t, err)
		assert.NotContains(t, text, "*", "%s: %s has a wildcard", one.Key(), field)
	}
}

// checkPublishers: a service that may publish to the topic may use its key, too. Otherwise AWS drops its messages without an error.
func checkPublishers(t *testing.T, one recorder.Registration) {
	t.Helper()
	for kind, actions := range map[string][]string{
		"aws:kms/key:Key": {"kms:Decrypt", "kms:GenerateDataKey*"}, "aws:sns/topicPolicy:TopicPolicy": {"sns:Publish"},
	} {
		if one.Type != kind || isCopiesKey(one) {
			continue
		}
		for _, needed := range append(actions, "cloudwatch.amazonaws.com", "events.rds.amazonaws.com") {
			assert.Contains(t, one.Inputs["policy"], `"`+needed+`"`, "%s", one.Key())
		}
	}
}

// isCopiesKey tells whether it is the key of the copies in another region, which no service publishes with.
func isCopiesKey(one recorder.Registration) bool {
	return one.Type == "aws:kms/key:Key" && strings.HasSuffix(one.Name, "-copies")
}

// checkKey: the key policy allows the account to change it. The role that creates the key may not, so otherwise nobody could.
func checkKey(t *testing.T, one recorder.Registration) {
	t.Helper()
	switch {
	case one.Type != "aws:kms/key:Key":
		return
	case isCopiesKey(one):
		assert.Nil(t, one.Inputs["policy"], "%s: KMS's own policy leaves all to the account", one.Key())
		return
	}
	assert.Equal(t, true, one.Inputs["bypassPolicyLockoutSafetyCheck"], "%s: the pipeline cannot make it", one.Key())
	assert.Contains(t, one.Inputs["policy"], `{"Sid":"Account","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::`+recorder.Account+`:root"},"Action":"kms:*","Resource":"*"}`)
}

// serverType stands for what accepts a login: an instance, or that of a cluster.
const serverType = "an instance"

// needs tells whether a dependency is what an edge needs.
func (e edge) needs(dependency string) bool {
	if e.needed == serverType {
		return strings.HasPrefix(dependency, "aws:rds/instance:Instance::") || strings.HasPrefix(dependency, "aws:rds/clusterInstance:ClusterInstance::")
	}
	return strings.HasPrefix(dependency, e.needed+"::")
}

// met tells whether a resource waits for what an edge needs; for a server, also by something else that waits for it, as the bootstrap does.
func (e edge) met(all map[string]recorder.Registration, one recorder.Registration) bool {
	return slices.ContainsFunc(one.DependsOn, func(dependency string) bool {
		return e.needs(dependency) || e.needed == serverType && e.met(all, all[dependency])
	})
}

// edge says that every resource of one type depends on a resource of another.
type edge struct{ consumer, needed string }

func order() []edge {
	return []edge{
		{"aws:rds/instance:Instance", "aws:cloudwatch/logGroup:LogGroup"},
		{"aws:secretsmanager/secretVersion:SecretVersion", serverType},
		{"aws:rds/cluster:Cluster", "aws:cloudwatch/logGroup:LogGroup"},
		{"aws:backup/selection:Selection", "aws:iam/rolePolicy:RolePolicy"},
		// RDS may refuse a subscription if it may not publish to the topic; an alarm that may not publish is lost.
		{"aws:rds/eventSubscription:EventSubscription", "aws:sns/topicPolicy:TopicPolicy"},
		{"aws:cloudwatch/metricAlarm:MetricAlarm", "aws:sns/topicPolicy:TopicPolicy"},
		{"kubernetes:core/v1:ServiceAccount", "aws:iam/role:Role"},
		{"kubernetes:external-secrets.io/v1:SecretStore", "kubernetes:core/v1:ServiceAccount"},
		{"kubernetes:external-secrets.io/v1:ExternalSecret", "kubernetes:external-secrets.io/v1:SecretStore"},
		{"kubernetes:external-secrets.io/v1:ExternalSecret", "aws:iam/rolePolicy:RolePolicy"},
		{"kubernetes:external-secrets.io/v1:ExternalSecret", "aws:secretsmanager/secretVersion:SecretVersion"},
		{"kubernetes:apps/v1:Deployment", "kubernetes:external-secrets.io/v1:ExternalSecret"},
		{"kubernetes:apps/v1:Deployment", "kubernetes:core/v1:ConfigMap"},
		{"kubernetes:apps/v1:Deployment", "kubernetes:networking.k8s.io/v1:NetworkPolicy"},
		{"kubernetes:core/v1:Service", "kubernetes:apps/v1:Deployment"},
		{"kubernetes:networking.k8s.io/v1:NetworkPolicy", "kubernetes:core/v1:ServiceAccount"}, // and so for the namespace
		{"kubernetes:batch/v1:Job", "kubernetes:external-secrets.io/v1:ExternalSecret"},
		{"kubernetes:batch/v1:Job", "kubernetes:networking.k8s.io/v1:NetworkPolicy"},
	}
}

// checkOrder: each step depends on the one before it, and nothing else depends on the instance.
func checkOrder(t *testing.T, all []recorder.Registration) {
	t.Helper()
	byType, byKey := map[string][]recorder.Registration{}, map[string]recorder.Registration{}
	for _, one := range all {
		byType[one.Type], byKey[one.Key()] = append(byType[one.Type], one), one
	}
	for _, edge := range order() {
		for _, one := range byType[edge.consumer] {
			if edge.needed == roleType && one.Name == "core-api-pooler" {
				continue // the pooler's pods have no role
			}
			if edge.needed == "kubernetes:external-secrets.io/v1:SecretStore" && strings.Contains(recorder.Text(t, one), "kind: ClusterSecretStore") {
				continue // it was there before
			}
			assert.True(t, edge.met(byKey, one), "%s does not wait for %s, only for %v", one.Key(), edge.needed, one.DependsOn)
		}
	}
	for _, namespace := range byType["kubernetes:core/v1:Namespace"] {
		for _, account := range byType["kubernetes:core/v1:ServiceAccount"] {
			if account.Inputs["metadata"].(map[string]any)["namespace"] == namespace.Inputs["metadata"].(map[string]any)["name"] {
				assert.Contains(t, account.DependsOn, namespace.Key(), "%s does not wait for its namespace", account.Key())
			}
		}
	}
	managed := slices.ContainsFunc(byType["aws:rds/instance:Instance"], func(one recorder.Registration) bool { return one.Inputs["manageMasterUserPassword"] == true })
	for _, beside := range []string{"aws:secretsmanager/secret:Secret", "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "kubernetes:core/v1:ServiceAccount"} {
		for _, one := range byType[beside] {
			for _, dependency := range one.DependsOn {
				// Such a policy names the instance's id, or the secret that RDS makes with the instance.
				needed := strings.HasSuffix(one.Name, "-db-people-role") || strings.HasSuffix(one.Name, "/log-in-to-the-database") ||
					managed && strings.HasSuffix(one.Name, "-database-admin-role")
				assert.False(t, !needed && (strings.HasPrefix(dependency, "aws:rds/instance:") || strings.HasPrefix(dependency, "aws:rds/cluster")), "%s waits for the instance", one.Key())
			}
		}
	}
}
