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
	l.placedIn(l.config.Region, Problem{Key: field, Value: value, Rule: "a " + what + " in aws:region"}, what, "aws:region")
}

// placedIn holds what may be named by its ARN to a region of the partition. The problem has the key, the value and the beginning of the rule;
// fields are those that the region comes from.
func (l *loader) placedIn(region string, p Problem, what string, fields ...string) {
	partition, in, isARN := rules.Place(p.Value)
	if isARN && (in != region || partition != l.config.Partition()) {
		p.Value, p.Rule = schema.Show(p.Value), p.Rule+", "+region
		p.Fix = fmt.Sprintf("the ARN of a %s in %s, which begins with arn:%s:", what, region, l.config.Partition())
		l.conflict(p, fields...)
	}
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
