package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Target is the environment that a stack is deployed to, as its stack file has it.
type Target struct {
	Environment string
	Account     string
	Region      string
	CopyRegion  string // backups.copyToRegion; "": nothing is copied
	Partition   string
	Cluster     string // "": not in the stack file
	Namespace   string // of the application
	// OwnNamespace says that the program creates the namespace.
	OwnNamespace bool
	// RolePath is the path of every role, also of the pipeline's own, such as /team/; IAM's is /.
	RolePath string
	// Boundary is the ARN of the permissions boundary of the program's roles.
	Boundary string
	// PolicyArns are the managed policies that the stack's roles have besides, sorted.
	PolicyArns []string
	// Instance is the identifier of the first instance. It, those of the replicas, and the name of the subnet group are the program's own,
	// unless another tool made them.
	Instance    string
	Replicas    []string // that another tool made
	SubnetGroup string   // that another tool made; "": none
}

// ReadTarget reads the target from the stack file of the project in a folder, as the program reads it, and fails where the program would refuse
// what the target is made of. What is wrong elsewhere in the file, the program says.
func ReadTarget(dir, stack string) (Target, error) {
	c, err := config.Part(dir, stack, "aws:region", "aws:allowedAccountIds", "environment", "cluster.name", "app.namespace", "app.createNamespace",
		"app.policyArns", "additionalApps.<name>.policyArns", "database.instanceIdentifier", "database.readReplicaIdentifiers", "network.subnetGroupName",
		"permissionsBoundary", "rolePath", "backups.copyToRegion")
	if err != nil {
		return Target{}, err
	}
	return NewTarget(c), nil
}

// NewTarget is the target of a configuration.
func NewTarget(c *config.Config) Target {
	var policies []string
	for _, app := range c.Applications() {
		policies = append(policies, app.PolicyArns...)
	}
	slices.Sort(policies)
	return Target{
		Environment:  c.Environment,
		Account:      c.AccountID,
		Region:       c.Region,
		CopyRegion:   c.Backups.CopyToRegion,
		Partition:    c.Partition(),
		Cluster:      c.Cluster.Name,
		Namespace:    c.App.Namespace,
		OwnNamespace: c.App.CreateNamespace,
		RolePath:     c.RolePath,
		Boundary:     cmp.Or(c.BoundaryArn(), ownBoundary(c.Partition(), c.AccountID)),
		PolicyArns:   slices.Compact(policies),
		Instance:     c.Generation(1),
		Replicas:     c.Database.ReadReplicaIdentifiers,
		SubnetGroup:  c.Network.SubnetGroupName,
	}
}

// Bucket is the name of the bucket that holds the state of all stacks of an account and region.
func (t Target) Bucket() string { return fmt.Sprintf("mosaic-state-%s-%s", t.Account, t.Region) }

// Backend is the URL of that bucket for pulumi login.
func (t Target) Backend() string { return fmt.Sprintf("s3://%s?region=%s", t.Bucket(), t.Region) }

// Key is the alias of the KMS key that encrypts the secrets in the state.
func (t Target) Key() string { return "alias/" + naming.Prefix + "-" + t.Environment + "-state" }

// Role is the ARN of a role of the pipeline: preview, deploy, drill or rotate.
func (t Target) Role(name string) string {
	return fmt.Sprintf("arn:%s:iam::%s:role%s%s", t.Partition, t.Account, t.RolePath, t.RoleName(name))
}

// RoleName is the name of that role.
func (t Target) RoleName(name string) string {
	return naming.PipelineRole(t.Environment, name)
}

// HasOwnBoundary tells whether the boundary is the one that bootstrap makes.
func (t Target) HasOwnBoundary() bool {
	return t.Boundary == ownBoundary(t.Partition, t.Account)
}

func ownBoundary(partition, account string) string {
	return "arn:" + partition + ":iam::" + account + ":policy/" + Boundary
}

// Lines has a line name=value for each field, as shells and GitHub's GITHUB_OUTPUT read them.
func (t Target) Lines() string {
	var out strings.Builder
	for _, line := range [][2]string{
		{"environment", t.Environment},
		{"account", t.Account},
		{"region", t.Region},
		{"partition", t.Partition},
		{"cluster", t.Cluster},
		{"namespace", t.Namespace},
		{"own_namespace", strconv.FormatBool(t.OwnNamespace)},
		{"bucket", t.Bucket()},
		{"backend", t.Backend()},
		{"key", t.Key()},
		{"preview_role", t.Role("preview")},
		{"deploy_role", t.Role("deploy")},
		{"drill_role", t.Role("drill")},
		{"rotate_role", t.Role("rotate")},
	} {
		fmt.Fprintf(&out, "%s=%s\n", line[0], line[1])
	}
	return out.String()
}
