package report

import (
	"fmt"
	"strings"
)

// Count is the number of changes as the CLI prints it, such as "1 to update, 24 unchanged". It is "" without a summary.
func (s *Summary) Count() string {
	if s == nil {
		return ""
	}
	// Operations that only read are not counted.
	operations := []string{"create", "update", "delete", "replace", "create-replacement", "delete-replaced", "refresh",
		"discard-replaced", "remove-pending-replace", "import", "import-replacement", "diff", "extend-parameterize"}
	var kinds, end []string
	changes := 0
	for _, op := range operations {
		if count := s.ResourceChanges[op]; count > 0 {
			kinds = append(kinds, fmt.Sprintf("%d to %s", count, op))
			changes += count
		}
	}
	if len(kinds) > 1 {
		end = append(end, fmt.Sprintf("%d changes", changes))
	}
	if same := s.ResourceChanges["same"]; same > 0 {
		end = append(end, fmt.Sprintf("%d unchanged", same))
	}
	if len(end) > 0 {
		kinds = append(kinds, strings.Join(end, ". "))
	}
	return strings.Join(kinds, ", ")
}
