package config

import (
	"fmt"
	"net/mail"
	"net/netip"
	"regexp"
	"strings"
	"time"
)

var (
	regionName   = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+){1,2}-\d{1,2}$`)
	zoneName     = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+){1,2}-\d{1,2}(-[a-z]+-\d{1,2})?[a-z]$`)
	accountID    = regexp.MustCompile(`^\d{12}$`)
	keyARN       = regexp.MustCompile(`^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key/[A-Za-z0-9-]+$`)
	principalARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(role|user)/[\w+=,.@/-]+$`)
	clusterName  = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`)
	issuerURL    = regexp.MustCompile(`^https://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~-]+)*$`)
	vpcID        = regexp.MustCompile(`^vpc-([0-9a-f]{8}|[0-9a-f]{17})$`)
	subnetID     = regexp.MustCompile(`^subnet-([0-9a-f]{8}|[0-9a-f]{17})$`)
	tagText      = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)
	snapshotName = regexp.MustCompile(`^(arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:snapshot:)?(rds:)?[A-Za-z](-?[A-Za-z0-9])*$`)
	instanceName = regexp.MustCompile(`^[a-z](-?[a-z0-9])*$`)
	policyName   = regexp.MustCompile(`^[\w+=,.@-]{1,128}$`)
	resourceID   = regexp.MustCompile(`^db-[0-9A-Z]{26}$`)
	environment  = regexp.MustCompile(`^[a-z](-?[a-z0-9])*$`)
)

// accountRule asks for one account, so that a run can be held to it.
func accountRule() (each rule[string], all rule[[]string]) {
	each = matching(accountID, "an account id of twelve digits", "the twelve digits, in quotes")
	all = rule[[]string]{
		text: "exactly one account",
		check: func(ids []string) string {
			if len(ids) == 1 {
				return ""
			}
			return "the one account that the stack belongs to"
		},
	}
	return each, all
}

// keyRule asks for the ARN of a KMS key; its region is checked against the stack's later.
func keyRule() rule[string] {
	return optional(matching(keyARN, "the ARN of a KMS key (not of an alias) in the stack's region",
		"one such as arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"))
}

// principalRule asks for one role or user, and not for a whole account.
func principalRule() rule[string] {
	return matching(principalARN, "the ARN of an IAM role or user", "one such as arn:aws:iam::123456789012:role/developers")
}

// cidrRule asks for an address block that is written exactly and does not open the database to the world.
func cidrRule() rule[string] {
	return rule[string]{
		text: "a CIDR block without host bits, /8 or smaller in IPv4, /32 or smaller in IPv6",
		check: func(s string) string {
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
		},
	}
}

// subnetsRule asks for enough subnets for a subnet group.
func subnetsRule() rule[[]string] {
	return rule[[]string]{
		text: "at least two, in different availability zones",
		check: func(ids []string) string {
			if len(ids) >= 2 || len(ids) == 0 {
				return ""
			}
			return "a second subnet, or remove the field to use the private subnets of the VPC"
		},
	}
}

func emailRule() rule[string] {
	return rule[string]{
		text: "a plain e-mail address",
		check: func(s string) string {
			if a, err := mail.ParseAddress(s); err == nil && a.Address == s {
				return ""
			}
			return "one such as ops@example.com"
		},
	}
}

// instanceRule asks for the identifier of an instance.
func instanceRule() rule[string] {
	return matching(instanceName, "the identifier of a database instance", "one such as mosaic-prod-db")
}

// pointInTimeRule asks for a moment in UTC. Whether it lies within the backups, only RDS knows.
func pointInTimeRule() rule[string] {
	// A time without quotes is a time to YAML, which is handed on in Go's own form, its zone's name at the end.
	const unquoted = "2006-01-02 15:04:05 -0700"
	return rule[string]{
		text: "a time in RFC 3339, in UTC, in quotes",
		check: func(s string) string {
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
		},
	}
}

// recoveryRule asks for a recovery window that Secrets Manager has.
func recoveryRule() rule[int] {
	return rule[int]{
		text: "0, or from 7 to 30",
		check: func(days int) string {
			switch {
			case days == 0, days >= 7 && days <= 30:
				return ""
			case days > 30:
				return "30 or less"
			}
			return "0 or 7"
		},
	}
}

// tagRule asks for a tag that AWS accepts.
func tagRule() rule[entry] {
	return rule[entry]{
		text: "name of 1 to 128 and value of at most 256 letters, digits, spaces and _ . : / = + - @; the name not beginning with aws:",
		check: func(e entry) string {
			switch {
			case strings.HasPrefix(strings.ToLower(e.name), "aws:"):
				return "a name without the prefix aws:"
			case e.name == "" || len([]rune(e.name)) > 128:
				return "a name of 1 to 128 characters"
			case len([]rune(e.value)) > 256:
				return "a value of at most 256 characters"
			case !tagText.MatchString(e.name + e.value):
				return "letters, digits, spaces and _ . : / = + - @ only"
			}
			return ""
		},
	}
}

// tagCountRule leaves room for the program's own tags, of the 50 that AWS allows.
func tagCountRule() rule[map[string]string] {
	const most = 40
	return rule[map[string]string]{
		text: fmt.Sprintf("at most %d tags", most),
		check: func(tags map[string]string) string {
			if len(tags) <= most {
				return ""
			}
			return fmt.Sprintf("%d tags fewer", len(tags)-most)
		},
	}
}
