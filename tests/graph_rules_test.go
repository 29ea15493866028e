package tests

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// checkRules asserts what holds for every registration of every stack.
func checkRules(t *testing.T, all []registration) {
	t.Helper()
	for _, one := range all {
		if strings.HasPrefix(one.Type, "pulumi:") {
			continue
		}
		assert.NotEmpty(t, one.Parent, "%s has no parent", one.key())
		assert.NotContains(t, text(t, []registration{one}), generatedPassword, "%s shows the password", one.key())
		if strings.HasPrefix(one.Type, "mosaic-database:") {
			continue
		}
		assert.NotEmpty(t, one.Provider, "%s uses a default provider", one.key())
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

// checkProtection: what cannot be made again, and what brings the credentials to the pods, is protected.
func checkProtection(t *testing.T, one registration) {
	t.Helper()
	switch one.Type {
	case "aws:rds/instance:Instance":
		replica := one.Inputs["replicateSourceDb"] != nil
		assert.Equal(t, !replica, one.Protect, "%s", one.key())
		assert.Equal(t, !replica, one.Inputs["deletionProtection"] == true, "%s", one.key())
	case "aws:iam/role:Role":
		assert.Equal(t, !strings.HasSuffix(one.Name, "-monitoring-role") && !ofLogins(one.Name) && !ofPooler(one.Name), one.Protect, "%s", one.key())
	case "aws:secretsmanager/secret:Secret", "aws:iam/rolePolicy:RolePolicy", "kubernetes:core/v1:Namespace",
		"kubernetes:core/v1:ServiceAccount", "kubernetes:external-secrets.io/v1:SecretStore", "kubernetes:external-secrets.io/v1:ExternalSecret":
		assert.Equal(t, !ofLogins(one.Name) && !ofPooler(one.Name), one.Protect, "%s", one.key())
	case "kubernetes:batch/v1:Job", "aws:secretsmanager/secretVersion:SecretVersion", "aws:rds/parameterGroup:ParameterGroup":
		assert.False(t, one.Protect, "%s could not make room for its successor", one.key())
	}
}

// checkFieldManager: every object is written in one name. The provider would invent another for each run that makes one, and
// what a former name wrote stays.
func checkFieldManager(t *testing.T, one registration) {
	t.Helper()
	if strings.HasPrefix(one.Type, "kubernetes:") {
		annotations, _ := one.Inputs["metadata"].(map[string]any)["annotations"].(map[string]any)
		assert.Equal(t, "mosaic-database", annotations["pulumi.com/patchFieldManager"], one.key())
	}
}

// ofLogins tells what is there only while the credentials are alternating: a run can make it again, and going back
// deletes it. No pod uses it.
func ofLogins(name string) bool {
	return slices.ContainsFunc([]string{
		"-database-admin", "core-api-bootstrap-db", "core-api-migrator-db", "-db-people-role", "/rds/bootstrap", "/rds/migrator", "/rds/readonly",
	}, func(part string) bool { return strings.Contains(name, part) })
}

// ofPooler tells what is there only while there is a pooler: a run can make it again, and going back deletes it.
func ofPooler(name string) bool {
	return strings.Contains(name, "core-api-pooler") || strings.HasSuffix(name, "/rds/pooler")
}

// checkSecretness: a password is a secret wherever it goes.
func checkSecretness(t *testing.T, one registration) {
	t.Helper()
	for name, value := range one.raw {
		if name == "password" || name == "secretString" {
			assert.True(t, value.IsSecret() || value.IsOutput() && value.OutputValue().Secret, "%s: %s is not secret", one.key(), name)
		}
	}
}

// checkExposure: encrypted, private, TLS forced, no way in from anywhere and no way out.
func checkExposure(t *testing.T, one registration) {
	t.Helper()
	switch one.Type {
	case "aws:rds/instance:Instance":
		assert.Equal(t, false, one.Inputs["publiclyAccessible"], "%s", one.key())
		assert.Equal(t, true, one.Inputs["storageEncrypted"], "%s", one.key())
		assert.Equal(t, true, one.Inputs["copyTagsToSnapshot"], "%s", one.key())
	case "aws:rds/parameterGroup:ParameterGroup":
		assert.Contains(t, one.Inputs["parameters"], map[string]any{"name": "rds.force_ssl", "value": "1", "applyMethod": "pending-reboot"})
	case "aws:ec2/securityGroup:SecurityGroup":
		assert.Equal(t, []any{}, one.Inputs["egress"], "%s has egress", one.key())
		rules := text(t, []registration{one})
		assert.NotContains(t, rules, "0.0.0.0/0")
		assert.NotContains(t, rules, "::/0")
		for _, rule := range one.Inputs["ingress"].([]any) {
			assert.NotEmpty(t, rule.(map[string]any)["description"], "%s has an undescribed rule", one.key())
		}
	}
}

// checkPolicies: no policy of a role has a wildcard, in an action or in a resource. Those of a key and of a topic are about
// themselves; the controls look at them.
func checkPolicies(t *testing.T, one registration) {
	t.Helper()
	if one.Type == "aws:kms/key:Key" || one.Type == "aws:sns/topicPolicy:TopicPolicy" {
		return
	}
	for _, field := range []resource.PropertyKey{"policy", "assumeRolePolicy"} {
		value, ok := one.raw[field]
		if !ok || !value.IsString() {
			continue
		}
		var document iam.Document
		require.NoError(t, json.Unmarshal([]byte(value.StringValue()), &document), "%s: %s", one.key(), field)
		require.NotEmpty(t, document.Statement)
		assert.NotContains(t, value.StringValue(), "*", "%s: %s has a wildcard", one.key(), field)
	}
}

// checkPublishers: what may publish to the topic may use its key, too; otherwise every message is dropped without a word.
func checkPublishers(t *testing.T, one registration) {
	t.Helper()
	for kind, actions := range map[string][]string{
		"aws:kms/key:Key": {"kms:Decrypt", "kms:GenerateDataKey*"}, "aws:sns/topicPolicy:TopicPolicy": {"sns:Publish"},
	} {
		if one.Type != kind {
			continue
		}
		for _, needed := range append(actions, "cloudwatch.amazonaws.com", "events.rds.amazonaws.com") {
			assert.Contains(t, one.Inputs["policy"], `"`+needed+`"`, "%s", one.key())
		}
	}
}

// checkKey: who may make a key without being able to change its policy leaves that to the account. Without the statement of the
// account, nobody could.
func checkKey(t *testing.T, one registration) {
	t.Helper()
	if one.Type != "aws:kms/key:Key" {
		return
	}
	assert.Equal(t, true, one.Inputs["bypassPolicyLockoutSafetyCheck"], "%s: the pipeline cannot make it", one.key())
	assert.Contains(t, one.Inputs["policy"], `{"Sid":"Account","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::`+account+`:root"},"Action":"kms:*","Resource":"*"}`)
}

// checkOrder: each step waits for the one before, and nothing else waits for the instance.
func checkOrder(t *testing.T, all []registration) {
	t.Helper()
	byType := map[string][]registration{}
	for _, one := range all {
		byType[one.Type] = append(byType[one.Type], one)
	}
	needs := func(consumer, needed string) {
		t.Helper()
		for _, one := range byType[consumer] {
			if needed == "aws:iam/role:Role" && one.Name == "core-api-pooler" {
				continue // the pooler's pods have no role
			}
			found := false
			for _, dependency := range one.DependsOn {
				found = found || strings.HasPrefix(dependency, needed+"::")
			}
			assert.True(t, found, "%s does not wait for a %s, only for %v", one.key(), needed, one.DependsOn)
		}
	}
	needs("aws:rds/instance:Instance", "aws:cloudwatch/logGroup:LogGroup")
	needs("aws:secretsmanager/secretVersion:SecretVersion", "aws:rds/instance:Instance")
	// RDS may refuse a subscription to a topic that does not let it publish; an alarm that cannot publish says nothing.
	needs("aws:rds/eventSubscription:EventSubscription", "aws:sns/topicPolicy:TopicPolicy")
	needs("aws:cloudwatch/metricAlarm:MetricAlarm", "aws:sns/topicPolicy:TopicPolicy")
	needs("kubernetes:core/v1:ServiceAccount", "aws:iam/role:Role")
	needs("kubernetes:external-secrets.io/v1:SecretStore", "kubernetes:core/v1:ServiceAccount")
	needs("kubernetes:external-secrets.io/v1:ExternalSecret", "kubernetes:external-secrets.io/v1:SecretStore")
	needs("kubernetes:external-secrets.io/v1:ExternalSecret", "aws:iam/rolePolicy:RolePolicy")
	needs("kubernetes:external-secrets.io/v1:ExternalSecret", "aws:secretsmanager/secretVersion:SecretVersion")
	needs("kubernetes:apps/v1:Deployment", "kubernetes:external-secrets.io/v1:ExternalSecret")
	needs("kubernetes:apps/v1:Deployment", "kubernetes:core/v1:ConfigMap")
	needs("kubernetes:apps/v1:Deployment", "kubernetes:networking.k8s.io/v1:NetworkPolicy")
	needs("kubernetes:core/v1:Service", "kubernetes:apps/v1:Deployment")
	needs("kubernetes:networking.k8s.io/v1:NetworkPolicy", "kubernetes:core/v1:ServiceAccount") // and so for the namespace
	needs("kubernetes:batch/v1:Job", "kubernetes:external-secrets.io/v1:ExternalSecret")
	needs("kubernetes:batch/v1:Job", "kubernetes:networking.k8s.io/v1:NetworkPolicy")
	for _, namespace := range byType["kubernetes:core/v1:Namespace"] {
		for _, account := range byType["kubernetes:core/v1:ServiceAccount"] {
			if account.Inputs["metadata"].(map[string]any)["namespace"] == namespace.Inputs["metadata"].(map[string]any)["name"] {
				assert.Contains(t, account.DependsOn, namespace.key(), "%s does not wait for its namespace", account.key())
			}
		}
	}
	for _, beside := range []string{"aws:secretsmanager/secret:Secret", "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "kubernetes:core/v1:ServiceAccount"} {
		for _, one := range byType[beside] {
			for _, dependency := range one.DependsOn {
				needed := strings.HasSuffix(one.Name, "-db-people-role") // its policy names the instance's id
				assert.False(t, !needed && strings.HasPrefix(dependency, "aws:rds/instance:"), "%s waits for the instance", one.key())
			}
		}
	}
}
