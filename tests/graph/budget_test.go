package graph

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// With onExceed: fail, a run over the budget ends before anything is registered, and its error has the lines of the estimate.
func TestABudgetThatFailsStopsBeforeAnythingIsRegistered(t *testing.T) {
	values := recorder.StackFile(t, "prod")
	values["mosaic-database:budget"] = `{"monthlyUsd": 18, "onExceed": "fail"}`
	for _, preview := range []bool{true, false} {
		recording, err := recorder.Run{Stack: "prod", Values: values, Preview: preview}.Record()
		require.ErrorContains(t, err, "the stack costs 18.41 USD a month, over mosaic-database:budget.monthlyUsd (18.00); nothing was changed")
		assert.ErrorContains(t, err, "Over the budget of 18.00 USD by 0.41.")
		assert.Empty(t, recording.Registrations)
	}
	values["mosaic-database:budget"] = `{"monthlyUsd": 18.41, "onExceed": "fail"}`
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
