package rules

import (
	"net/mail"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// pathBelow is the path of a role, a user or a policy below the first slash. IAM takes every printable character of ASCII; a policy would take
// *, ? and $ for patterns and variables, and an ARN has colons of its own; quotes and backslashes are left out, too.
const pathBelow = `([!#%&()+,.0-9;<=>@A-Z\[\]^_a-z{|}~-]+/)*`

var (
	regionName   = regexp.MustCompile(naming.Region)
	zoneName     = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+){1,2}-\d{1,2}(-[a-z]+-\d{1,2})?[a-z]$`)
	accountID    = regexp.MustCompile(`^\d{12}$`)
	keyARN       = regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`)
	principalARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(role|user)/` + pathBelow + `[\w+=,.@-]{1,64}$`)
	clusterName  = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`)
	issuerURL    = regexp.MustCompile(`^https://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~-]+)*$`)
	vpcID        = regexp.MustCompile(`^vpc-([0-9a-f]{8}|[0-9a-f]{17})$`)
	groupID      = regexp.MustCompile(`^sg-([0-9a-f]{8}|[0-9a-f]{17})$`)
	subnetID     = regexp.MustCompile(`^subnet-([0-9a-f]{8}|[0-9a-f]{17})$`)
	snapshotName = regexp.MustCompile(`^(arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:(cluster-)?snapshot:)?(rds:|awsbackup:)?[A-Za-z](-?[A-Za-z0-9])*$`)
	instanceName = regexp.MustCompile(`^[a-z](-?[a-z0-9])*$`)
	policyARN    = regexp.MustCompile(`^arn:aws[a-z-]*:iam::(aws|\d{12}):policy/` + pathBelow + `[\w+=,.@-]{1,128}$`)
	boundary     = regexp.MustCompile(`^(arn:aws[a-z-]*:iam::(aws|\d{12}):policy/|/?)` + pathBelow + `[\w+=,.@-]{1,128}$`)
	arnsTail     = regexp.MustCompile(`^/?policy/`)
	rolePath     = regexp.MustCompile(`^/` + pathBelow + `$`)
	reservedPath = regexp.MustCompile(`^/aws-(service-role|reserved)/`)
	widePolicy   = regexp.MustCompile(`:policy/(AdministratorAccess.*|PowerUserAccess|IAMFullAccess|SecretsManagerReadWrite)$`)
	topicARN     = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$`)
	resourceID   = regexp.MustCompile(`^(db|cluster)-[0-9A-Z]{26}$`)
	backupsARN   = regexp.MustCompile(`^arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:auto-backup:ab-[a-z0-9]+$`)
	subnetGroup  = regexp.MustCompile(`^[a-z0-9 ._-]{1,255}$`)
	environment  = regexp.MustCompile(`^[a-z](-?[a-z0-9])*$`)
)

// Place is the partition and the region in an ARN; the region is "" in those of IAM. It is false for what is no ARN.
func Place(value string) (partition, region string, isARN bool) {
	parts := strings.SplitN(value, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return "", "", false
	}
	return parts[1], parts[3], true
}

func aws() schema.Rules {
	account := schema.Matching(accountID, "an account id of twelve digits", "the twelve digits, in quotes").
		As("minimum", 100_000_000_000).As("maximum", 999_999_999_999)
	return schema.Rules{
		"region": schema.Matching(regionName, "the name of an AWS region", "one such as us-east-1"),
		"environment": schema.Matching(environment, "lower-case letters, digits and single hyphens, beginning with a letter, not ending with a hyphen",
			"a name such as prod or staging-2"),
		"account":     account,
		"oneAccount":  oneAccount(),
		"subnetGroup": schema.Matching(subnetGroup, "the name of a subnet group: lower-case letters, digits, spaces and ._-", "the name that RDS shows"),
		"zone":        schema.Matching(zoneName, "an availability zone of the stack's region", "one such as us-east-1a"),
		// The region is checked against the stack's later.
		"kmsKey": schema.Matching(keyARN, "the ARN of a KMS key (not of an alias) in the stack's region",
			"one such as arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
		// One role or user, and not a whole account.
		"principal":      schema.Matching(principalARN, "the ARN of an IAM role or user", "one such as arn:aws:iam::123456789012:role/developers"),
		"boundary":       boundaryRule(),
		"rolePath":       rolePathRule(),
		"attachedPolicy": attachedPolicy(),
		"twentyPolicies": schema.Check("at most 20, as many as a role of IAM can have (10, until you ask AWS for more)", func(arns []string) string {
			if len(arns) <= 20 {
				return ""
			}
			return "fewer policies, with more in each"
		}).As("maxItems", 20),
		"cluster": schema.Matching(clusterName, "1 to 100 letters, digits, hyphens and underscores, beginning with a letter or digit",
			"the cluster's name, such as mosaic-prod"),
		"securityGroup": schema.Matching(groupID, "ids of security groups", "one such as sg-0123456789abcdef0"),
		"issuer": schema.Matching(issuerURL, "an https URL without a slash at its end",
			"one such as https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"),
		"vpc":        schema.Matching(vpcID, "the id of a VPC", "one such as vpc-0123456789abcdef0"),
		"subnet":     schema.Matching(subnetID, "ids of subnets", "one such as subnet-0123456789abcdef0"),
		"twoSubnets": twoSubnets(),
		"cidr":       cidr(),
		"email":      email(),
		"snapshot":   schema.Matching(snapshotName, "the identifier or ARN of a snapshot", "one such as mosaic-prod-manual-20260131"),
		"topic": schema.Matching(topicARN, "the ARN of a standard SNS topic in the stack's region: alarms and events of RDS take none that is FIFO",
			"one such as arn:aws:sns:us-east-1:123456789012:on-call"),
		"resourceId": schema.Matching(resourceID, "the resource id of a database instance or of an Aurora cluster", "one such as db-ABCDEFGHIJKLMNOPQRSTUVWXY1"),
		"automatedBackups": schema.Matching(backupsARN, "the ARN of automated backups in the stack's region",
			"one such as arn:aws:rds:us-west-2:123456789012:auto-backup:ab-jkib2gfq5rv7replzadausbrktni2bn4example"),
		"tag":      tag(),
		"tagCount": tagCount(),
	}
}

// oneAccount asks for one account, so that a run can be held to it.
func oneAccount() schema.Rule {
	return schema.Check("exactly one account", func(ids []string) string {
		if len(ids) == 1 {
			return ""
		}
		return "the one account that the stack belongs to"
	}).As("minItems", 1).As("maxItems", 1)
}

// cidr asks for an address block that is written exactly and does not open the database to the world.
func cidr() schema.Rule {
	return schema.Check("a CIDR block without host bits, /8 or smaller in IPv4, /32 or smaller in IPv6", func(s string) string {
		p, err := netip.ParsePrefix(s)
		switch {
		case err != nil, p.Addr().Is4In6():
			return "one such as 10.0.0.0/16"
		case p.Addr().Is4() && p.Bits() < 8, p.Addr().Is6() && p.Bits() < 32:
			return "only the networks that need the database, such as 10.0.0.0/16"
		case p != p.Masked():
			return p.Masked().String()
		}
		return ""
	}).As("pattern", `^[0-9A-Fa-f.:]+/([89]|[1-9]\d|1[01]\d|12[0-8])$`)
}

// twoSubnets asks for enough subnets for a subnet group.
func twoSubnets() schema.Rule {
	return schema.Check("at least two, in different availability zones", func(ids []string) string {
		if len(ids) >= 2 {
			return ""
		}
		return "a second subnet, or remove the field to use the private subnets of the VPC"
	}).As("minItems", 2)
}

func email() schema.Rule {
	return schema.Check("a plain e-mail address", func(s string) string {
		if a, err := mail.ParseAddress(s); err == nil && a.Address == s {
			return ""
		}
		return "one such as ops@example.com"
	}).As("pattern", `^\S+@\S+$`).As("format", "email")
}

// pointInTime asks for a moment in UTC. Whether it lies within the backups, only RDS knows.
func pointInTime() schema.Rule {
	// A time without quotes is a time to YAML, which is handed on in Go's own form, its zone's name at the end.
	const unquoted = "2006-01-02 15:04:05 -0700"
	return schema.Check("a time in RFC 3339, in UTC, in quotes", func(s string) string {
		if t, err := time.Parse(unquoted, s[:max(0, strings.LastIndex(s, " "))]); err == nil {
			return `"` + t.UTC().Format(time.RFC3339) + `", in quotes`
		}
		t, err := time.Parse(time.RFC3339, s)
		switch {
		case err != nil:
			return "one such as 2026-01-31T10:00:00Z"
		case !strings.HasSuffix(s, "Z"):
			return t.UTC().Format(time.RFC3339)
		}
		return ""
	}).As("pattern", `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$`)
}
