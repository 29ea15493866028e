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

// placed holds a KMS key or a snapshot, which may be named by its ARN, to the region and its partition.
func (l *loader) placed(field, what, value string) {
	region := l.config.Region
	if l.isElsewhere(value, region) {
		l.conflict(Problem{Key: field, Value: schema.Show(value),
			Rule: "a " + what + " in aws:region, " + region,
			Fix:  l.oneIn(what, region)}, "aws:region")
	}
}

// isElsewhere tells whether an ARN is of another region than one of the partition.
func (l *loader) isElsewhere(value, region string) bool {
	partition, in, isARN := rules.Place(value)
	return isARN && (in != region || partition != l.config.Partition())
}

// oneIn says what to write instead of an ARN of another region.
func (l *loader) oneIn(what, region string) string {
	return fmt.Sprintf("the ARN of a %s in %s, which begins with arn:%s:", what, region, l.config.Partition())
}

// principals holds the IAM users and roles to the partition: no trust policy takes those of another one. Their account may be another.
func (l *loader) principals() {
	const field = "database.iamPrincipals"
	c := l.config
	if !l.sound(field, "aws:region") {
		return
	}
	for i, arn := range c.Database.IamPrincipals {
		if partition, _, isARN := rules.Place(arn); isARN && partition != c.Partition() {
			l.add(Problem{Key: Key(fmt.Sprintf("%s[%d]", field, i)), Value: schema.Show(arn),
				Rule: fmt.Sprintf("of the partition of aws:region, %s: a trust policy takes no principal of another one", c.Partition()),
				Fix:  fmt.Sprintf("one such as arn:%s:iam::%s:role/developers", c.Partition(), c.AccountID)})
		}
	}
}
