package pipeline

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

var (
	update = flag.Bool("update", false, "rewrite the files of the policies")
	root   = filepath.Join("..", "..")
)

// TestPolicies compares the policies with their files, which -update rewrites, and with the limits of IAM.
func TestPolicies(t *testing.T) {
	// The longest values there can be.
	filled := strings.NewReplacer("COPY_REGION", "ap-southeast-4", "PARTITION", "aws-us-gov", "REGION", "ap-southeast-2", "ACCOUNT", "123456789012", "ENVIRONMENT", "production-west",
		"CLUSTER", "mosaic-production-west", "STATE_BUCKET", "mosaic-state-123456789012-ap-southeast-2",
		"STATE_KEY", "arn:aws-us-gov:kms:ap-southeast-2:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001",
		"REPOSITORY", strings.Repeat("o", 39)+"/"+strings.Repeat("r", 100),
		"POLICY_ARNS", strings.Repeat("p", 1200), // ten policies, each with a name of 80 characters
		"NUMBERED", strings.Repeat("o", 39)+"@1234567890/"+strings.Repeat("r", 100)+"@1234567890")
	files, err := filepath.Glob(filepath.Join(root, "policies", "*.json"))
	require.NoError(t, err)
	policies := Policies()
	assert.Len(t, files, len(policies), "there is a file without a policy, or a policy without a file")
	for name, policy := range policies {
		t.Run(name, func(t *testing.T) {
			text, err := policy.Indented()
			require.NoError(t, err)
			file := filepath.Join(root, "policies", name+".json")
			if *update {
				require.NoError(t, os.WriteFile(file, text, 0o644))
			}
			committed, err := os.ReadFile(file)
			require.NoError(t, err, "run: just golden")
			assert.Equal(t, string(committed), string(text), "%s is stale; where the change is meant, run: just golden", file)
			size := len(regexp.MustCompile(`\s`).ReplaceAllString(filled.Replace(string(text)), ""))
			limit := 6144
			if strings.HasPrefix(name, "trust-") {
				limit = 2048
			}
			assert.LessOrEqual(t, size, limit, "of an IAM policy without white space")
			for _, statement := range policy.Statement {
				checkStatement(t, statement)
			}
		})
	}
	for role, names := range Roles() {
		for _, name := range names {
			assert.Contains(t, policies, name, "policy of the role %s", role)
		}
	}
}

// checkStatement: an action has no wildcard, and a resource pattern without the name of the environment has a reason.
func checkStatement(t *testing.T, s iam.Statement) {
	t.Helper()
	for _, action := range s.Action {
		assert.Regexp(t, `^[a-z0-9-]+:[A-Za-z]+$`, action, "an action is named in full")
	}
	if s.Effect == "Deny" || s.Principal != nil {
		return // a denial is wide on purpose, a trust policy has no resource
	}
	for _, resource := range s.Resource {
		if resource == "*" {
			for _, action := range s.Action {
				assert.Contains(t, Unscoped(), action, "is allowed on everything, without a reason")
			}
			continue
		}
		named := regexp.MustCompile(`ENVIRONMENT|CLUSTER|STATE_|mosaic/|RDSOSMetrics`).MatchString(resource)
		assert.True(t, named || Wide()[resource] != "", "%v on %s: is not limited to an environment, and has no reason", s.Action, resource)
	}
}

// TestDeployRoleCannotDelete: no policy of the deploy role allows what only a person may do, and the guard denies it.
func TestDeployRoleCannotDelete(t *testing.T) {
	policies := Policies()
	allowed, denied := map[string]bool{}, map[string]bool{}
	for _, name := range Roles()["deploy"] {
		for _, statement := range policies[name].Statement {
			for _, action := range statement.Action {
				if statement.Effect == "Allow" {
					allowed[action] = true
				} else if statement.Condition == nil {
					denied[action] = true
				}
			}
		}
	}
	for _, action := range []string{"rds:DeleteDBInstance", "rds:DeleteDBInstanceAutomatedBackup", "rds:DeleteDBSnapshot",
		"secretsmanager:DeleteSecret", "logs:DeleteLogGroup", "kms:ScheduleKeyDeletion", "iam:DeleteRolePermissionsBoundary"} {
		assert.True(t, denied[action], "%s is not denied", action)
	}
	for action := range denied {
		assert.False(t, allowed[action], "%s is allowed and denied", action)
	}
	for _, need := range Needs() {
		if need.Protected {
			assert.True(t, denied[need.Delete[0].Actions[0]], "the guard lets %s be deleted", need.Token)
		}
	}
	for _, role := range []string{"preview"} {
		for _, statement := range policies[role].Statement {
			for _, action := range statement.Action {
				assert.Regexp(t, `:(Get|List|Describe|Decrypt|View)`, action, "the role %s only reads", role)
			}
		}
	}
}
