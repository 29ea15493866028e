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

// TestPoliciesFitLongNames: IAM takes the policies of a database that another tool named, as long as names are.
func TestPoliciesFitLongNames(t *testing.T) {
	name := func(first string, length int) string { return first + strings.Repeat("x", length-len(first)) }
	target := Target{
		Environment: "prod", CopyRegion: "us-west-2", RolePath: "/applications/memories/", Boundary: "arn:aws:iam::123456789012:policy/" + name("b", 64),
		Instance: name("m", 63), Replicas: []string{name("m", 63) + "-1", name("r", 63)}, SubnetGroup: name("s", 80), PolicyArns: []string{"arn:aws:iam::123456789012:policy/" + name("p", 64)},
	}
	fits := func(role, document string) {
		text, err := Policies()[document].JSON()
		require.NoError(t, err)
		fitted, err := target.Fitted([]byte(filled(role, document).Replace(text)))
		require.NoError(t, err)
		assert.LessOrEqual(t, len(fitted), 6144, "%s of %s", document, role)
	}
	fits("", "boundary")
	for role, names := range Roles() {
		assert.LessOrEqual(t, len(names), 10, "IAM attaches no more to the role %s", role)
		for _, document := range names {
			fits(role, document)
		}
	}
}
