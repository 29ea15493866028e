package bootstrap

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
)

// What IAM takes, in characters without white space (IAM User Guide: IAM and AWS STS quotas). That of trust policies it raises to 4,096 on
// request, the other never.
const (
	mostOfPolicy = 6144
	mostOfTrust  = 2048
)

// measure fails if a document is longer than IAM takes, before anything is made. How long they are depends on the stack file.
func (a *account) measure() {
	draft := *a // the key is made later, and its ARN is as long
	draft.keyARN = "arn:" + a.target.Partition + ":kms:" + a.target.Region + ":" + a.target.Account + ":key/" + strings.Repeat("0", 36)
	var long []string
	check := func(what, document, environment string, most int) {
		if size := len(strings.Join(strings.Fields(string(draft.filled(document, environment))), "")); size > most {
			long = append(long, fmt.Sprintf("  the %s: %d characters, and IAM takes %d", what, size, most))
		}
	}
	if a.target.HasOwnBoundary() {
		check("policy "+pipeline.Boundary, "boundary", a.target.Environment, mostOfPolicy)
	}
	for _, r := range a.roles() {
		check("trust policy of "+a.target.RoleName(r.name), r.trust, a.target.Environment, mostOfTrust)
		for _, document := range pipeline.Roles()[r.name] {
			p := a.policy(r, document)
			check("policy "+p.name, document, p.environment, mostOfPolicy)
		}
	}
	if a.Err == nil && len(long) > 0 {
		a.Err = fmt.Errorf("too long for IAM; nothing was made:\n%s\n  write shorter ones in Pulumi.%s.yaml: rolePath (it has %d characters), permissionsBoundary, policyArns (there are %d), "+
			"or the names that another tool gave", strings.Join(long, "\n"), a.stack, len(a.target.RolePath), len(a.target.PolicyArns))
	}
}
