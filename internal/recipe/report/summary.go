package report

import (
	"fmt"
	"strings"
)

// Count is the count of a preview in the words and the order of the CLI, such as "1 to update, 24 unchanged".
func (s *Summary) Count() string {
	if s == nil {
		return ""
	}
	// Nothing is said of operations that only read.
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
