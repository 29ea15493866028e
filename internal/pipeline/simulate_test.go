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

type request struct {
	Role      string            `json:"role"`
	Federated string            `json:"federated,omitempty"` // who asks, where it is not the role
	Action    string            `json:"action"`
	Resource  string            `json:"resource"`
	Context   map[string]string `json:"context,omitempty"`
	Policies  []json.RawMessage `json:"policies,omitempty"`
	Trust     json.RawMessage   `json:"trust,omitempty"`

	allowed bool
}

// TestRolesSimulated asks an evaluator of IAM policies, an npm package, what the roles of prod may do.
func TestRolesSimulated(t *testing.T) {
	tools.Need(t, tools.IAMSimulate, tools.Node)
	simulate(t, simulated())
}

// filled puts the values of prod into a policy of a role; a drill has an environment of its own, but for one policy.
func filled(role, policy string) *strings.Replacer {
	env := "prod"
	if role == "drill" && policy != "drill" {
		env = "prod-drill"
	}
	return strings.NewReplacer("PARTITION", "aws", "REGION", "us-east-1", "ACCOUNT", "123456789012", "ENVIRONMENT", env,
		"CLUSTER", "mosaic-prod", "STATE_BUCKET", "state", "STATE_KEY", "arn:aws:kms:us-east-1:123456789012:key/state",
		"NUMBERED", "acme@11/database@22", "REPOSITORY", "acme/database")
}

func simulate(t *testing.T, requests []request) {
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

// check holds the evaluator's word on each request to what it should be.
func check(t *testing.T, requests []request) {
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

// evaluate is the evaluator's word on each request.
func evaluate(t *testing.T, requests []request) []string {
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

func simulated() []request {
	const (
		rds     = "arn:aws:rds:us-east-1:123456789012:"
		role    = "arn:aws:iam::123456789012:role/mosaic-prod-"
		secret  = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mosaic/"
		group   = "arn:aws:ec2:us-east-1:123456789012:security-group/sg-0a1b2c3d"
		state   = "arn:aws:s3:::state/.pulumi/stacks/mosaic-database/"
		cluster = "arn:aws:eks:us-east-1:123456789012:cluster/mosaic-prod"
		bound   = "arn:aws:iam::123456789012:policy/" + Boundary
	)
	var all []request
	may := func(allowed bool, as, action, resource string, context ...string) {
		r := request{Role: as, Action: action, Resource: resource, Context: map[string]string{}, allowed: allowed}
		for i := 0; i < len(context); i += 2 {
			r.Context[context[i]] = context[i+1]
		}
		all = append(all, r)
	}
	may(true, "preview", "eks:DescribeCluster", cluster)
	may(true, "preview", "s3:GetObject", state+"prod.json")
	may(false, "preview", "s3:PutObject", state+"prod.json")
	may(false, "preview", "rds:ModifyDBInstance", rds+"db:mosaic-prod-db")

	may(true, "deploy", "rds:ModifyDBInstance", rds+"db:mosaic-prod-db")
	may(false, "deploy", "rds:ModifyDBInstance", rds+"db:mosaic-dev-db")
	may(false, "deploy", "rds:DeleteDBInstance", rds+"db:mosaic-prod-db")
	may(true, "deploy", "rds:CreateDBInstance", rds+"db:mosaic-prod-db-2", "rds:PubliclyAccessible", "false")
	may(false, "deploy", "rds:CreateDBInstance", rds+"db:mosaic-prod-db-2", "rds:PubliclyAccessible", "true")
	may(true, "deploy", "iam:CreateRole", role+"core-api-secrets-role", "iam:PermissionsBoundary", bound)
	may(false, "deploy", "iam:CreateRole", role+"core-api-secrets-role")
	may(false, "deploy", "iam:PutRolePolicy", role+"pipeline-deploy", "iam:PermissionsBoundary", bound)
	may(true, "deploy", "iam:PassRole", role+"db-monitoring-role", "iam:PassedToService", "monitoring.rds.amazonaws.com")
	may(false, "deploy", "iam:PassRole", role+"db-monitoring-role", "iam:PassedToService", "ec2.amazonaws.com")
	may(true, "deploy", "secretsmanager:PutSecretValue", secret+"prod/rds/connection-AbCdEf")
	may(false, "deploy", "secretsmanager:DeleteSecret", secret+"prod/rds/connection-AbCdEf")
	may(false, "deploy", "secretsmanager:GetSecretValue", secret+"dev/rds/connection-AbCdEf")
	may(true, "deploy", "ec2:CreateSecurityGroup", group, "aws:RequestTag/Project", project, "aws:RequestTag/Environment", "prod")
	may(false, "deploy", "ec2:CreateSecurityGroup", group)
	may(true, "deploy", "ec2:AuthorizeSecurityGroupIngress", group, "aws:ResourceTag/Project", project, "aws:ResourceTag/Environment", "prod")
	may(false, "deploy", "ec2:AuthorizeSecurityGroupIngress", group, "aws:ResourceTag/Project", project, "aws:ResourceTag/Environment", "dev")
	may(true, "deploy", "s3:PutObject", state+"prod.json")
	may(false, "deploy", "s3:PutObject", state+"dev.json")

	may(true, "drill", "rds:RestoreDBInstanceToPointInTime", rds+"db:mosaic-prod-db")
	may(true, "drill", "rds:DeleteDBInstance", rds+"db:mosaic-prod-drill-db")
	may(false, "drill", "rds:DeleteDBInstance", rds+"db:mosaic-prod-db")
	may(false, "drill", "rds:ModifyDBInstance", rds+"db:mosaic-prod-db")
	may(false, "drill", "secretsmanager:GetSecretValue", secret+"prod/rds/connection-AbCdEf")
	may(true, "drill", "s3:PutObject", state+"prod-drill.json")
	may(false, "drill", "s3:PutObject", state+"prod.json")
	return all
}
