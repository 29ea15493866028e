package rules

import (
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// boundaryRule asks for a policy, by its name or its ARN. The end of an ARN, from policy/ on, would be read as a path.
func boundaryRule() schema.Rule {
	return schema.Check("the name of a policy, 1 to 128 letters, digits and +=,.@_-, with its path where it has one, which does not begin with policy/; or its ARN", func(s string) string {
		switch {
		case !boundary.MatchString(s):
			return "a policy's name, such as mosaic-database-boundary or team/boundary"
		case arnsTail.MatchString(s):
			return arnsTail.ReplaceAllString(s, "") + "; or the whole ARN, where the policy's path is /policy/"
		}
		return ""
	}).As("pattern", boundary.String()).As("not", map[string]any{"pattern": arnsTail.String()})
}

// rolePathRule asks for a path in which roles may be made (IAM API Reference: CreateRole).
func rolePathRule() schema.Rule {
	return schema.Check("a path of IAM: a slash at both ends, at most 512 characters, and not one of those that AWS keeps for itself", func(s string) string {
		switch {
		case !rolePath.MatchString(s):
			return "one such as /team/"
		case len(s) > 512:
			return "a shorter one"
		case reservedPath.MatchString(s):
			return "another one, such as /team/"
		}
		return ""
	}).As("pattern", rolePath.String()).As("maxLength", 512).As("not", map[string]any{"pattern": reservedPath.String()})
}

// PolicyOwner is the account in the ARN of a managed policy, aws for those of AWS, and its partition; false if it is none.
func PolicyOwner(arn string) (partition, account string, isPolicy bool) {
	if !policyARN.MatchString(arn) {
		return "", "", false
	}
	parts := strings.Split(arn, ":")
	return parts[1], parts[4], true
}

// attachedPolicy asks for a managed policy that is not one of those of AWS with which the role could make itself any other, or read
// every secret.
func attachedPolicy() schema.Rule {
	return schema.Check("the ARN of a managed policy, and not one for administrators: whoever takes over a pod would have the account", func(s string) string {
		switch {
		case !policyARN.MatchString(s):
			return "one such as arn:aws:iam::123456789012:policy/core-api-media"
		case widePolicy.MatchString(s):
			return "a policy with what the application does, on its own resources"
		}
		return ""
	}).As("pattern", policyARN.String()).As("not", map[string]any{"pattern": widePolicy.String()})
}
