package catalogue

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/parameters"
)

// The committed files are in the form in which the next run writes them, so that its difference has nothing else.
func TestFormat(t *testing.T) {
	for _, family := range parameters.Families() {
		want, err := Format(parameters.Of(family))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join("..", "..", "parameters", "families", family+".json"))
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), family)
	}
}

// What RDS answers in a form that the rules would misread is not written.
func TestAnswersThatAreNotUnderstood(t *testing.T) {
	right := answered{ParameterName: "work_mem", DataType: "integer", ApplyType: "dynamic", AllowedValues: "64-2147483647", IsModifiable: true}
	for part, change := range map[string]func(*answered){
		"has no name":           func(a *answered) { a.ParameterName = "" },
		`work_mem is "decimal"`: func(a *answered) { a.DataType = "decimal" },
		`work_mem is "later"`:   func(a *answered) { a.ApplyType = "later" },
	} {
		wrong := right
		change(&wrong)
		_, err := from([]answered{wrong}, parameters.Of("postgres16"))
		require.ErrorContains(t, err, part)
		assert.ErrorContains(t, err, "postgres16")
	}
	_, err := from(nil, parameters.Of("postgres16"))
	assert.ErrorContains(t, err, "RDS has no parameters of postgres16")
}
