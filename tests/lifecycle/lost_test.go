package lifecycle

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// TestAdoptionOfALostState: the state of a stack is gone, and everything else is there. All of it is taken over again: only what exists in the
// state alone, and the contents of the secrets, are made anew.
func TestAdoptionOfALostState(t *testing.T) {
	t.Parallel()
	h := &house{desk: newDesk(t, live.Started(t, "prod", engine.Override{Path: "database.readReplicas", Value: "1"}))}
	h.account = &account{cloud: h.Cloud}
	things, connection := h.Inventory(), h.connection()
	h.CLI("state", "delete", "--all", "--force", "--yes")
	said, err := h.adopt("yes")
	require.NoError(t, err, said)
	assert.NotContains(t, said, "These are not imported")
	// The new content of the secret has a version of its own, which the Job names; docs/how-to/adoption.md says that it is deleted.
	assert.Contains(t, h.MustFail(h.Up(t.Context())), "field is immutable")
	require.NoError(t, h.Cloud.Remove(live.JobType, h.One(live.JobType).ID))
	changes := masked(h.MustUp())
	assert.Contains(t, changes, "create kubernetes:batch/v1:Job::core-api-migration-…")
	// What the run that failed has done before is not in it, and the order is the engine's.
	assert.Subset(t, []string{
		"create aws:secretsmanager/secretVersion:SecretVersion::mosaic/prod/rds/connection",
		"create aws:secretsmanager/secretVersion:SecretVersion::mosaic/prod/rds/credentials",
		"create kubernetes:batch/v1:Job::core-api-migration-…",
		"create kubernetes:core/v1:ServiceAccount::core-api",
		"create kubernetes:external-secrets.io/v1:ExternalSecret::core-api-db",
		"create kubernetes:external-secrets.io/v1:SecretStore::aws-secrets-manager",
		"create kubernetes:networking.k8s.io/v1:NetworkPolicy::core-api-migration",
		"create random:index/randomId:RandomId::mosaic-prod-db-final-snapshot",
		"update aws:rds/instance:Instance::mosaic-prod-db",
		"update aws:rds/instance:Instance::mosaic-prod-db-replica-1",
	}, changes)
	assert.Equal(t, connection, h.connection())
	assert.Empty(t, h.MustUp(), "a further run changes nothing")
	for _, thing := range h.Inventory() {
		if !strings.Contains(thing, live.SecretVersionType) {
			assert.Contains(t, things, thing, "nothing is there twice")
		}
	}

	h.CLI("state", "delete", "--all", "--force", "--yes")
	h.CLI("config", "set", "--path", "mosaic-database:database.credentials", "alternating")
	said, err = h.adopt("yes")
	require.Error(t, err)
	assert.Contains(t, said, "adopt with master, and switch afterwards")
	assert.Empty(t, h.Resources())
}

// masked are changes without the random parts of their names, sorted.
func masked(changes []string) []string {
	var all []string
	for _, change := range changes {
		if i := strings.LastIndex(change, "-"); strings.Contains(change, live.JobType) {
			change = change[:i+1] + "…"
		}
		all = append(all, change)
	}
	slices.Sort(all)
	return all
}

// TestAdoptionByCloudFormation: the stack that made the instance names it, and the secret. What else the stack made, and who made what is in the
// cluster, is said.
func TestAdoptionByCloudFormation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	resource := func(kind, id string) any { return map[string]any{"ResourceType": kind, "PhysicalResourceId": id} }
	secret := h.One(live.SecretType)
	h.account.instance = map[string]any{"TagList": []any{map[string]any{"Key": "aws:cloudformation:stack-name", "Value": "MosaicDatabaseStack"}}}
	h.account.first = []answer{
		{"secretsmanager list-secrets", []any{}},
		{"PhysicalResourceId | [0]", "mosaic-prod-db"},
		{"describe-stack-resources --stack-name MosaicDatabaseStack", []any{
			resource("AWS::RDS::DBInstance", "mosaic-prod-db"), resource("AWS::SecretsManager::Secret", secret.ID), resource("AWS::IAM::Policy", "Mosaic-Policy-1"),
		}},
		{"get-template", "Resources:\n  Database:\n    Type: AWS::RDS::DBInstance\n    DeletionPolicy: Retain\n    Properties:\n      Port: !Ref Port\n"},
		{"eks update-kubeconfig --name mosaic-prod text", "updated"},
	}
	h.script("kubectl", `case "$*" in
		*" get serviceaccounts "*) echo '{"items": [{"kind": "ServiceAccount", "metadata": {"name": "core-api", "annotations": {"meta.helm.sh/release-name": "core"}}}]}' ;;
		*" get jobs.batch "*) echo "error: forbidden" >&2; exit 1 ;;
		*) echo "error: the server doesn't have a resource type" >&2; exit 1 ;;
	esac`)
	said, err := h.adopt("no", "--cloudformation-stack=MosaicDatabaseStack")
	require.Error(t, err)
	for _, part := range []string{"made by the CloudFormation stack MosaicDatabaseStack", "  AWS::IAM::Policy Mosaic-Policy-1\n", "  ServiceAccount core-api, made by the Helm release core\n",
		"  not looked at: error: forbidden\n", "log_min_duration_statement: RDS's default → 1000", "stopped here: the answer was not yes"} {
		assert.Contains(t, said, part)
	}
	assert.NotContains(t, said, "AWS::RDS::DBInstance mosaic-prod-db")
}
