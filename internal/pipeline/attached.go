package pipeline

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// WithPolicies puts the policies of a stack's policyArns in the place of their placeholder in a document, and leaves out the statements
// about them if there are none.
func WithPolicies(text []byte, arns []string) ([]byte, error) {
	var document iam.Document
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("reading a policy: %w", err)
	}
	document.Statement = slices.DeleteFunc(document.Statement, func(s iam.Statement) bool {
		for _, keys := range s.Condition {
			for key := range maps.Keys(keys) {
				if !slices.Contains(keys[key], policyARNs) {
					continue
				}
				if len(arns) == 0 {
					return true
				}
				keys[key] = arns
			}
		}
		return false
	})
	filled, err := document.JSON()
	return []byte(filled), err
}
