package pipeline

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// A role reaches another region only if the stack copies its backups there, and then only for the copies.
func TestThePipelineReachesTheRegionOfTheCopies(t *testing.T) {
	const elsewhere = ":us-west-2:"
	for role, names := range Roles() {
		reached := map[string]bool{}
		for _, name := range names {
			text, err := Policies()[name].JSON()
			require.NoError(t, err)
			without, err := Target{}.Fitted([]byte(text))
			require.NoError(t, err)
			assert.NotContains(t, string(without), copyRegion, name)
			with, err := Target{CopyRegion: "us-west-2"}.Fitted([]byte(filled(role, name).Replace(text)))
			require.NoError(t, err)
			var document iam.Document
			require.NoError(t, json.Unmarshal(with, &document))
			for _, s := range document.Statement {
				for _, resource := range s.Resource {
					if _, of, is := strings.Cut(resource, elsewhere); is {
						reached[of] = true
					}
				}
			}
		}
		want := map[string]bool{"123456789012:auto-backup:*": true, "123456789012:key/*": true, "123456789012:alias/mosaic-prod-*": true}
		switch role {
		case "preview", "rotate":
			delete(want, "123456789012:alias/mosaic-prod-*")
		case "drill":
			want = map[string]bool{"123456789012:auto-backup:*": true, "123456789012:key/*": true, "123456789012:alias/mosaic-prod-drill-*": true}
		}
		assert.Equal(t, want, reached, role)
	}
}
