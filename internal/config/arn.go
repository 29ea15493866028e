package config

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Partition is the AWS partition of the region: aws, aws-cn or aws-us-gov.
func (c *Config) Partition() string { return naming.Partition(c.Region) }

// BoundaryArn is the ARN of the policy that bounds every role; "" where none does.
func (c *Config) BoundaryArn() string {
	if c.PermissionsBoundary == "" {
		return ""
	}
	return fmt.Sprintf("arn:%s:iam::%s:policy/%s", c.Partition(), c.AccountID, c.PermissionsBoundary)
}
