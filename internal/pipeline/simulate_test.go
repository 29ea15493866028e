package pipeline

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// simulation is a request to the policy simulator.
type simulation struct {
	Role      string            `json:"role"`
	Federated string            `json:"federated,omitempty"` // the caller, where it is not the role
	Action    string            `json:"action"`
	Resource  string            `json:"resource"`
	Context   map[string]string `json:"context,omitempty"`
	Policies  []json.RawMessage `json:"policies,omitempty"`
	Trust     json.RawMessage   `json:"trust,omitempty"`

	allowed bool
}

// TestRolesSimulated asks a policy simulator, an npm package, what the roles of prod may do.
func TestRolesSimulated(t *testing.T) {
	tools.Need(t, tools.IAMSimulate, tools.Node)
	simulate(t, simulated())
}

// filled replaces the placeholders in a policy of a role with the values of prod. A drill has an environment of its own, except
// in its policy "drill".
func filled(role, policy string) *strings.Replacer {
	env := "prod"
	if role == "drill" && policy != "drill" {
		env = "prod-drill"
	}
	return strings.NewReplacer("PARTITION", "aws", "REGION", "us-east-1", "ACCOUNT", "123456789012", "ENVIRONMENT", env,
		"COPY_REGION", "us-west-2", "CLUSTER", "mosaic-prod", "STATE_BUCKET", "state", "STATE_KEY", "arn:aws:kms:us-east-1:123456789012:key/state",
		"NUMBERED", "acme@11/database@22", "REPOSITORY", "acme/database", "POLICY_ARNS", "arn:aws:iam::123456789012:policy/core-api-media")
}

func simulate(t *testing.T, requests []simulation) {
	t.Helper()
	require.NotEmpty(t, requests)
	for i, r := range requests {
		for _, name := range Roles()[r.Role] {
			text, err := Policies()[name].JSON()
			require.NoError(t, err)
			requests[i].Policies = append(requests[i].Policies, json.RawMessage(filled(r.Role, name).Replace(text)))
		}
	}
	check(t, requests)
}

// check expects the simulator to allow or deny each request as it says itself.
func check(t *testing.T, requests []simulation) {
	t.Helper()
	for i, result := range evaluate(t, requests) {
		r := requests[i]
		if r.allowed {
			assert.Equal(t, "Allowed", result, "%s: %s on %s, %v", r.Role, r.Action, r.Resource, r.Context)
		} else {
			assert.Contains(t, []string{"ExplicitlyDenied", "ImplicitlyDenied"}, result, "%s: %s on %s, %v", r.Role, r.Action, r.Resource, r.Context)
		}
	}
}

// evaluate returns the simulator's decision on each request.
func evaluate(t *testing.T, requests []simulation) []string {
	t.Helper()
	input, err := json.Marshal(requests)
	require.NoError(t, err)
	cmd := exec.Command(tools.At(t, tools.Node), filepath.Join("testdata", "simulate.mjs"), tools.At(t, tools.IAMSimulate))
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	var results []string
	require.NoError(t, json.Unmarshal(out, &results))
	require.Len(t, results, len(requests))
	return results
}

func simulated() []simulation {
	const (
		rds     = "arn:aws:rds:us-east-1:123456789012:"
		roles   = "arn:aws:iam::123456789012:role/mosaic-prod-"
		secret  = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mosaic/"
		group   = "arn:aws:ec2:us-east-1:123456789012:security-group/sg-0a1b2c3d"
		state   = "arn:aws:s3:::state/.pulumi/stacks/mosaic-database/"
		cluster = "arn:aws:eks:us-east-1:123456789012:cluster/mosaic-prod"
		bound   = "arn:aws:iam::123456789012:policy/" + Boundary
	)
	var all []simulation
	type decide func(action, resource string, context ...string)
	role := func(name string) (may, mayNot decide) {
		ask := func(r simulation, action, resource string, context []string) {
			r.Role, r.Action, r.Resource, r.Context = name, action, resource, map[string]string{}
			for i := 0; i < len(context); i += 2 {
				r.Context[context[i]] = context[i+1]
			}
			all = append(all, r)
		}
		return func(action, resource string, context ...string) {
				ask(simulation{allowed: true}, action, resource, context)
			},
			func(action, resource string, context ...string) { ask(simulation{}, action, resource, context) }
	}
	may, mayNot := role("preview")
	may("eks:DescribeCluster", cluster)
	may("s3:GetObject", state+"prod.json")
	mayNot("s3:PutObject", state+"prod.json")
	mayNot("rds:ModifyDBInstance", rds+"db:mosaic-prod-db")

	may, mayNot = role("deploy")
	may("rds:ModifyDBInstance", rds+"db:mosaic-prod-db")
	mayNot("rds:ModifyDBInstance", rds+"db:mosaic-dev-db")
	mayNot("rds:DeleteDBInstance", rds+"db:mosaic-prod-db")
	may("rds:CreateDBInstance", rds+"db:mosaic-prod-db-2", "rds:PubliclyAccessible", "false")
	mayNot("rds:CreateDBInstance", rds+"db:mosaic-prod-db-2", "rds:PubliclyAccessible", "true")
	may("iam:CreateRole", roles+"core-api-secrets-role", "iam:PermissionsBoundary", bound)
	mayNot("iam:CreateRole", roles+"core-api-secrets-role")
	mayNot("iam:PutRolePolicy", roles+"pipeline-deploy", "iam:PermissionsBoundary", bound)
	const media, administrator = "arn:aws:iam::123456789012:policy/core-api-media", "arn:aws:iam::aws:policy/AdministratorAccess"
	may("iam:AttachRolePolicy", roles+"core-api-secrets-role", "iam:PolicyARN", media, "iam:PermissionsBoundary", bound)
	mayNot("iam:AttachRolePolicy", roles+"core-api-secrets-role", "iam:PolicyARN", administrator, "iam:PermissionsBoundary", bound)
	mayNot("iam:AttachRolePolicy", roles+"core-api-secrets-role", "iam:PolicyARN", media)
	mayNot("iam:AttachRolePolicy", roles+"db-people-role", "iam:PolicyARN", media, "iam:PermissionsBoundary", bound)
	mayNot("iam:AttachRolePolicy", roles+"pipeline-deploy", "iam:PolicyARN", media, "iam:PermissionsBoundary", bound)
	may("iam:DetachRolePolicy", roles+"core-api-secrets-role", "iam:PolicyARN", administrator)
	mayNot("iam:DetachRolePolicy", roles+"pipeline-deploy", "iam:PolicyARN", administrator)
	may("iam:PassRole", roles+"db-monitoring-role", "iam:PassedToService", "monitoring.rds.amazonaws.com")
	mayNot("iam:PassRole", roles+"db-monitoring-role", "iam:PassedToService", "ec2.amazonaws.com")
	const plan, vault = "arn:aws:backup:us-east-1:123456789012:backup-plan:1b2c", "arn:aws:backup:us-east-1:123456789012:backup-vault:mosaic-prod-db-0badcafe"
	may("backup:CreateBackupSelection", plan, "aws:ResourceTag/Project", project, "aws:ResourceTag/Environment", "prod")
	mayNot("backup:CreateBackupSelection", plan, "aws:ResourceTag/Project", project, "aws:ResourceTag/Environment", "dev")
	may("backup:CreateBackupVault", vault)
	mayNot("backup:DeleteBackupVault", vault)
	mayNot("backup:DeleteRecoveryPoint", rds+"snapshot:awsbackup:job-1")
	may("iam:PassRole", roles+"db-0badcafe-backup-role", "iam:PassedToService", "backup.amazonaws.com")
	mayNot("iam:PassRole", roles+"db-0badcafe-backup-role", "iam:PassedToService", "ec2.amazonaws.com")
	may("secretsmanager:PutSecretValue", secret+"prod/rds/connection-AbCdEf")
	mayNot("secretsmanager:DeleteSecret", secret+"prod/rds/connection-AbCdEf")
	mayNot("secretsmanager:GetSecretValue", secret+"dev/rds/connection-AbCdEf")
	may("ec2:CreateSecurityGroup", group, "aws:RequestTag/Project", project, "aws:RequestTag/Environment", "prod")
	mayNot("ec2:CreateSecurityGroup", group)
	may("ec2:AuthorizeSecurityGroupIngress", group, "aws:ResourceTag/Project", project, "aws:ResourceTag/Environment", "prod")
	mayNot("ec2:AuthorizeSecurityGroupIngress", group, "aws:ResourceTag/Project", project, "aws:ResourceTag/Environment", "dev")
	may("s3:PutObject", state+"prod.json")
	mayNot("s3:PutObject", state+"dev.json")

	may, mayNot = role("drill")
	may("rds:RestoreDBInstanceToPointInTime", rds+"db:mosaic-prod-db")
	may("rds:DeleteDBInstance", rds+"db:mosaic-prod-drill-db")
	mayNot("rds:DeleteDBInstance", rds+"db:mosaic-prod-db")
	mayNot("rds:ModifyDBInstance", rds+"db:mosaic-prod-db")
	mayNot("secretsmanager:GetSecretValue", secret+"prod/rds/connection-AbCdEf")
	may("s3:PutObject", state+"prod-drill.json")
	mayNot("s3:PutObject", state+"prod.json")

	may, mayNot = role("rotate")
	may("secretsmanager:PutSecretValue", secret+"prod/rds/connection-AbCdEf")
	may("secretsmanager:UpdateSecretVersionStage", secret+"prod/rds/connection-AbCdEf")
	may("kms:GenerateDataKey", "arn:aws:kms:us-east-1:123456789012:key/ours", "kms:ViaService", "secretsmanager.us-east-1.amazonaws.com")
	mayNot("kms:GenerateDataKey", "arn:aws:kms:us-east-1:123456789012:key/ours", "kms:ViaService", "rds.us-east-1.amazonaws.com")
	may("s3:PutObject", state+"prod.json")
	mayNot("secretsmanager:PutSecretValue", secret+"dev/rds/connection-AbCdEf")
	mayNot("secretsmanager:DeleteSecret", secret+"prod/rds/connection-AbCdEf")
	mayNot("rds:ModifyDBInstance", rds+"db:mosaic-prod-db")
	mayNot("iam:PutRolePolicy", roles+"core-api-secrets-role", "iam:PermissionsBoundary", bound)
	return all
}
