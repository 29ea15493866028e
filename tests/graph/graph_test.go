// Package graph checks which resources the program registers, on mocks, for every committed stack file, every tier, and the settings
// that neither of them uses.
package graph

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/golden"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// root is the folder of Pulumi.yaml.
var root = filepath.Join("..", "..")

const (
	instanceType      = "aws:rds/instance:Instance"
	roleType          = "aws:iam/role:Role"
	securityGroupType = "aws:ec2/securityGroup:SecurityGroup"
)

// variant is one configuration whose graph is checked.
type variant struct {
	name   string // the name of the golden file
	stack  string
	values map[string]string
}

// variants are every committed stack, prod with every tier, and prod with settings that neither of them uses.
func variants(t *testing.T) []variant {
	t.Helper()
	var all []variant
	for _, name := range recorder.StackNames(t) {
		all = append(all, variant{"stack-" + name, name, recorder.StackFile(t, name)})
	}
	prod := func(name string, overrides map[string]string) {
		values := recorder.StackFile(t, "prod")
		maps.Copy(values, overrides)
		all = append(all, variant{name, "prod", values})
	}
	for _, tier := range config.Tiers() {
		prod("tier-"+tier.Name, map[string]string{"mosaic-database:tier": tier.Name})
	}
	dev := recorder.StackFile(t, "dev")
	dev["mosaic-database:additionalApps"] = `{"worker": {}, "billing": {"namespace": "billing"}}`
	all = append(all, variant{"applications", "dev", dev})
	prod("gitops", map[string]string{"mosaic-database:delivery": "gitops"})
	prod("alternating", map[string]string{"mosaic-database:database": `{"credentials": "alternating", "readOnlyLogin": true,
		"iamPrincipals": ["arn:aws:iam::123456789012:role/developers"]}`, "mosaic-database:previews": `{"namespaces": "preview-*"}`})
	prod("iam", map[string]string{"mosaic-database:database": `{"credentials": "iam", "readReplicas": 1}`, "mosaic-database:additionalApps": `{"worker": {"namespace": "jobs"}}`})
	prod("iam-serverless", map[string]string{
		"mosaic-database:tier": "serverless", "mosaic-database:database": `{"credentials": "iam", "readReplicas": 1}`,
		"mosaic-database:additionalApps": `{"worker": {"namespace": "jobs"}}`,
	})
	prod("managed", map[string]string{"mosaic-database:database": `{"credentials": "alternating", "manageMasterUserPassword": true,
		"secretKmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000002"}`})
	prod("databases", map[string]string{
		"mosaic-database:database": `{"credentials": "alternating"}`, "mosaic-database:pooling": `{"enabled": true, "tlsSecretName": "pooler-tls"}`,
		"mosaic-database:additionalApps": `{"worker": {"namespace": "jobs"}, "orders": {"namespace": "orders", "database": {"name": "orders", "readOnlyLogin": true,
			"migrations": {"image": "orders:1.0.0"}}}}`,
	})
	prod("pooling", map[string]string{
		"mosaic-database:pooling": `{"enabled": true, "tlsSecretName": "pooler-tls"}`, "mosaic-database:tls": `{"caBundleConfigMap": "rds-ca"}`,
		"mosaic-database:additionalApps": `{"worker": {"namespace": "jobs"}}`,
	})
	prod("access", map[string]string{
		"mosaic-database:app": `{"secretsServiceAccount": "core-api-db-reader", "trustedServiceAccounts": ["jobs/worker", "preview-*/core-api"],
			"policyArns": ["arn:aws:iam::123456789012:policy/media/core-api-media"]}`,
		"mosaic-database:additionalApps": `{"worker": {"clusterSecretStore": "aws", "policyArns": ["arn:aws:iam::123456789012:policy/worker-queue"]}}`,
	})
	prod("copies", map[string]string{"mosaic-database:backups": `{"copyToRegion": "us-west-2"}`})
	prod("backup", map[string]string{"mosaic-database:backups": `{"awsBackupRetentionDays": 35}`})
	prod("everything", map[string]string{
		"mosaic-database:tier": "scale",
		"mosaic-database:database": `{"monitoringInterval": 60, "allocatedStorage": 400, "maxAllocatedStorage": 1000,
			"iops": 14000, "storageThroughput": 700, "parameters": {"max_connections": "200", "work_mem": "8192"},
			"kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001",
			"secretKmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000002"}`,
		"mosaic-database:network": `{"ingressCidrs": ["10.0.0.0/20", "2001:db8::/48"], "ingressSecurityGroupIds": ["sg-0123456789abcdef1"],
			"ingressClusterSecurityGroup": true}`,
		"mosaic-database:tags": `{"CostCenter": "memories"}`,
		"mosaic-database:backups": `{"copyToRegion": "us-west-2", "copyRetentionDays": 14, "awsBackupRetentionDays": 35,
			"copyKmsKeyId": "arn:aws:kms:us-west-2:123456789012:key/0a1b2c3d-0000-4000-8000-000000000003"}`,

		"mosaic-database:permissionsBoundary": pipeline.Boundary,
		"mosaic-database:rolePath":            "/team/",
		"mosaic-database:tls":                 `{"caBundleConfigMap": "rds-ca"}`,
		"mosaic-database:pods":                `{"labels": {"team": "memories"}, "tolerations": [{"key": "dedicated", "operator": "Exists"}]}`,

		"mosaic-database:additionalApps": `{"worker": {"namespace": "jobs", "serviceAccount": "core-api"}}`,
	})
	return all
}

// shown is the content of the golden file: for a stack its whole graph, otherwise what differs from the committed prod.
func (v variant) shown(t *testing.T, all []recorder.Registration) string {
	t.Helper()
	if strings.HasPrefix(v.name, "stack-") {
		return recorder.Text(t, all...)
	}
	var absent []string
	same, here := map[string]bool{}, map[string]bool{}
	for _, one := range all {
		here[one.Key()] = true
	}
	for _, one := range recorder.Up(t, "prod", recorder.StackFile(t, "prod")).Registrations {
		same[recorder.Text(t, one)] = true
		if !here[one.Key()] {
			absent = append(absent, one.Key())
		}
	}
	differs := slices.DeleteFunc(slices.Clone(all), func(one recorder.Registration) bool { return same[recorder.Text(t, one)] })
	out, err := yaml.Marshal(map[string]any{"differs from prod": differs, "not in it": absent})
	require.NoError(t, err)
	return string(out)
}

// TestGraph checks the rules in a preview and in an up, and compares what the up registers with a golden file.
func TestGraph(t *testing.T) {
	for _, v := range variants(t) {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			preview, err := recorder.Run{Stack: v.stack, Values: v.values, Preview: true}.Record()
			require.NoError(t, err)
			up := recorder.Up(t, v.stack, v.values)
			for _, recording := range []*recorder.Recording{preview, up} {
				checkRules(t, recording.Registrations)
				checkExports(t, recording.Exports)
			}
			assert.Equal(t, keys(preview.Registrations), keys(up.Registrations), "a preview shows exactly what an up makes")
			shown := v.shown(t, up.Registrations)
			require.NotContains(t, shown, recorder.Password, "the golden file would hold the password")
			golden.Check(t, filepath.Join("testdata", v.name+".golden"), shown)
		})
	}
}

func keys(registrations []recorder.Registration) []string {
	var all []string
	for _, one := range registrations {
		all = append(all, one.Key())
	}
	return all
}

func checkExports(t *testing.T, exports map[string]any) {
	t.Helper()
	var contract []string
	for _, output := range stack.Outputs() {
		contract = append(contract, output.Name)
	}
	assert.ElementsMatch(t, contract, slices.Collect(maps.Keys(exports)), "the exports are the contract")
}

// TestMisspeltKeyIsFound: the engine accepts every key of a stack file, so the program has to check them.
func TestMisspeltKeyIsFound(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(root, "Pulumi.prod.yaml"))
	require.NoError(t, err)
	dir := t.TempDir()
	file := strings.Replace(string(content), "mosaic-database:tier", "mosaic-database:teir", 1)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.prod.yaml"), []byte(file), 0o644))
	recording, err := recorder.Run{Dir: dir, Stack: "prod", Values: recorder.StackFile(t, "prod")}.Record()
	assert.ErrorContains(t, err, "mosaic-database:teir")
	assert.ErrorContains(t, err, "did you mean tier?")
	assert.Empty(t, recording.Registrations, "nothing is registered")
}
