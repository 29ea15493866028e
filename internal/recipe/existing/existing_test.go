package existing

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/state"
)

// Every type of resource that the program registers can be found, or exists in the state alone.
func TestEveryTypeHasAnID(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "tests", "graph", "testdata", "*.golden"))
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, match := range regexp.MustCompile(`(?m)^\s*- type: (\w+:\S+:\w+)$`).FindAllSubmatch(text, -1) {
			seen[string(match[1])] = true
		}
	}
	require.Greater(t, len(seen), 30)
	for kind := range seen {
		if regexp.MustCompile(`^(mosaic-database|random|pulumi):`).MatchString(kind) {
			continue
		}
		c := state.Creation{Type: kind, Inputs: map[string]any{
			"name": "n", "dashboardName": "n", "clusterIdentifier": "c", "identifier": "i", "role": "r", "arn": "a", "policyArn": "p", "metadata": map[string]any{"name": "n"},
		}}
		id, err := ID(c, pipeline.Target{Account: "1"}, func(state.Creation) (string, error) { return "looked up", nil })
		assert.NoError(t, err, kind)
		assert.NotEmpty(t, id, kind)
	}
}

func TestIDs(t *testing.T) {
	target := pipeline.Target{Account: "123456789012", Region: "us-gov-west-1", Partition: "aws-us-gov", Environment: "prod"}
	for want, c := range map[string]state.Creation{
		"123456789012:b": {Type: "aws:budgets/budget:Budget", Inputs: map[string]any{"name": "b"}},
		"r:p":            {Type: "aws:iam/rolePolicy:RolePolicy", Inputs: map[string]any{"role": "r", "name": "p"}},
		"arn:aws-us-gov:sns:us-gov-west-1:123456789012:t": {Type: "aws:sns/topic:Topic", Inputs: map[string]any{"name": "t"}},
		"mosaic-prod/core-api":                            {Type: "kubernetes:core/v1:ServiceAccount", Inputs: map[string]any{"metadata": map[string]any{"namespace": "mosaic-prod", "name": "core-api"}}},
		"mosaic-prod":                                     {Type: "kubernetes:core/v1:Namespace", Inputs: map[string]any{"metadata": map[string]any{"name": "mosaic-prod"}}},
		"":                                                {Type: "random:index/randomPassword:RandomPassword"},
	} {
		id, err := ID(c, target, nil)
		require.NoError(t, err)
		assert.Equal(t, want, id)
	}
	_, err := ID(state.Creation{Type: "aws:s3/bucket:Bucket", URN: "urn:pulumi:prod::mosaic-database::aws:s3/bucket:Bucket::b"}, target, nil)
	assert.ErrorContains(t, err, "cannot find aws:s3/bucket:Bucket b")
	// The copies and their key are looked for in their own region, where a key of the same tags would be another one.
	target.CopyRegion = "us-gov-east-1"
	for kind, want := range map[string][]string{
		typeCopies: {"rds", "describe-db-instance-automated-backups", "--query",
			"DBInstanceAutomatedBackups[?DBInstanceArn=='arn' && Status=='replicating'].DBInstanceAutomatedBackupsArn", "--region", "us-gov-east-1", "--output", "text"},
		typeKey: {"resourcegroupstaggingapi", "get-resources", "--resource-type-filters", "kms:key",
			"--tag-filters", "Key=Database,Values=mosaic-prod-db", "Key=ManagedBy,Values=pulumi", "--query", "ResourceTagMappingList[].ResourceARN", "--region", "us-gov-east-1", "--output", "text"},
	} {
		c := state.Creation{Type: kind, URN: "urn:pulumi:prod::p::" + kind + map[string]string{typeCopies: "::mosaic-prod-db-in-us-gov-east-1", typeKey: "::mosaic-prod-db-copies"}[kind], Inputs: map[string]any{"sourceDbInstanceArn": "arn"}}
		_, err = In(func(args ...string) (string, error) { assert.Equal(t, want, args); return "x", nil }, target)(c)
		require.NoError(t, err)
	}
	for kind, want := range map[string][]string{
		typePlan:      {"backup", "list-backup-plans", "--query", "BackupPlansList[?BackupPlanName=='n'].BackupPlanId", "--output", "text"},
		typeSelection: {"backup", "list-backup-selections", "--backup-plan-id", "p", "--query", "BackupSelectionsList[?SelectionName=='n'].SelectionId", "--output", "text"},
	} {
		c := state.Creation{Type: kind, Inputs: map[string]any{"name": "n", "planId": "p"}}
		id, err := In(func(args ...string) (string, error) { assert.Equal(t, want, args); return "x", nil }, target)(c)
		require.NoError(t, err)
		assert.Equal(t, "x", id, "in the state, the plan is an input of the selection")
	}
	assert.Equal(t, "a|v", idOf(state.Creation{Type: TypeSecretVersion, Inputs: map[string]any{"secretId": "a"}}, "v"))
	assert.Equal(t, "k", idOf(state.Creation{Type: typeKey}, "arn:aws:kms:us-east-1:1:key/k"))
}
