package report

import "strings"

// Resource is the type and the name of a resource, from its URN: urn:pulumi:stack::project::parent$type::name.
func Resource(urn string) string {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) < 4 {
		return urn
	}
	return parts[2][strings.LastIndex(parts[2], "$")+1:] + " " + parts[3]
}
