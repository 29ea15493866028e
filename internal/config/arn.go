package config

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/rules"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Partition is the AWS partition of the region: aws, aws-cn or aws-us-gov.
func (c *Config) Partition() string { return naming.Partition(c.Region) }

// BoundaryArn is the ARN of the policy that bounds every role; "" where none does.
func (c *Config) BoundaryArn() string {
	if c.PermissionsBoundary == "" || strings.HasPrefix(c.PermissionsBoundary, "arn:") {
		return c.PermissionsBoundary
	}
	return fmt.Sprintf("arn:%s:iam::%s:policy/%s", c.Partition(), c.AccountID, strings.TrimPrefix(c.PermissionsBoundary, "/"))
}

// boundary holds the boundary to the account: IAM takes no policy of another one.
func (l *loader) boundary() {
	c := l.config
	partition, account, isPolicy := rules.PolicyOwner(c.PermissionsBoundary)
	if !isPolicy || !l.sound("aws:allowedAccountIds", "aws:region") {
		return
	}
	if partition != c.Partition() || account != "aws" && account != c.AccountID {
		l.conflict(Problem{Key: "permissionsBoundary", Value: schema.Show(c.PermissionsBoundary),
			Rule: "a policy of the stack's account, or one of AWS: IAM takes no other for a boundary",
			Fix:  fmt.Sprintf("one such as arn:%s:iam::%s:policy/mosaic-database-boundary", c.Partition(), c.AccountID)})
	}
}
