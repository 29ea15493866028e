package graph

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// With onExceed: fail, a run over the budget ends before anything is registered, and its error has the lines of the estimate.
func TestABudgetThatFailsStopsBeforeAnythingIsRegistered(t *testing.T) {
	values := recorder.StackFile(t, "prod")
	costs := recorder.Estimate(t, "prod")
	budget := func(usd float64) string { return fmt.Sprintf(`{"monthlyUsd": %.2f, "onExceed": "fail"}`, usd) }
	values["mosaic-database:budget"] = budget(costs - 0.41)
	for _, preview := range []bool{true, false} {
		recording, err := recorder.Run{Stack: "prod", Values: values, Preview: preview}.Record()
		require.ErrorContains(t, err, fmt.Sprintf("the stack costs %.2f USD a month, over mosaic-database:budget.monthlyUsd (%.2f); nothing was changed", costs, costs-0.41))
		assert.ErrorContains(t, err, fmt.Sprintf("Over the budget of %.2f USD by 0.41.", costs-0.41))
		assert.Empty(t, recording.Registrations)
	}
	values["mosaic-database:budget"] = budget(costs)
	_, err := recorder.Run{Stack: "prod", Values: values, Preview: true}.Record()
	assert.NoError(t, err, "the budget itself is within it")
}

// An estimate of another form in the outputs of the last run does not stop this run.
func TestAnEstimateOfAnotherFormKeepsNoRunFromBeingMade(t *testing.T) {
	for name, left := range map[string]resource.PropertyValue{
		"a list":   resource.NewProperty([]resource.PropertyValue{resource.NewProperty("instance")}),
		"a text":   resource.NewProperty("18.41 USD"),
		"a number": resource.NewProperty(resource.PropertyMap{"instance": resource.NewProperty(13.14)}),
	} {
		t.Run(name, func(t *testing.T) {
			for _, outputs := range []resource.PropertyMap{
				{"__lastRun": resource.NewProperty(resource.PropertyMap{"bill": left})}, {"__lastRun": left}, {"estimatedMonthlyCostLines": left},
			} {
				_, err := recorder.Run{Stack: "prod", Values: recorder.StackFile(t, "prod"), Preview: true, Last: outputs}.Record()
				assert.NoError(t, err)
			}
		})
	}
}
