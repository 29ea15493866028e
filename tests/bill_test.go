package tests

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A preview ends with what the stack costs, and, once it is up, with what changes. The up itself does not repeat it.
func TestAPreviewEndsWithTheBill(t *testing.T) {
	t.Parallel()
	l := start(t, "prod")
	first, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, all(first), "Estimated cost of prod in us-east-1: 18.41 USD a month")
	assert.NotContains(t, all(first), "before", "there is nothing to compare with")

	up, err := l.Up(t.Context())
	require.NoError(t, err)
	assert.NotContains(t, all(up), "Estimated cost of")

	same, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, all(same), "no line changes")
	l.set("tier", "small")
	changed, err := l.Preview(t.Context())
	require.NoError(t, err)
	text := all(changed)
	assert.Regexp(t, `instance +db\.t3\.micro \(13\.14\) +db\.t3\.small \(26\.28\) +\+13\.14`, text)
	assert.Regexp(t, `total +18\.41 +31\.55 +\+13\.14`, text)
	assert.Contains(t, text, "Over the budget of 25.00 USD by 6.55.")

	var outputs map[string]any
	printed, err := l.Outputs(t.Context())
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal([]byte(printed), &outputs))
	lines := outputs["__lastRun"].(map[string]any)["bill"].(map[string]any)
	assert.Equal(t, map[string]any{"detail": "db.t3.micro", "monthlyUsd": 13.14}, lines["instance"])
}

// A budget that fails ends the run before anything is registered, with the lines that make it up.
func TestABudgetThatFailsStopsBeforeAnythingIsRegistered(t *testing.T) {
	values := stackFile(t, "prod")
	values["mosaic-database:budget"] = `{"monthlyUsd": 18, "onExceed": "fail"}`
	for _, preview := range []bool{true, false} {
		registered, _, err := record(t, "prod", values, preview)
		require.ErrorContains(t, err, "the stack costs 18.41 USD a month, over mosaic-database:budget.monthlyUsd (18.00); nothing was changed")
		assert.ErrorContains(t, err, "Over the budget of 18.00 USD by 0.41.")
		assert.Empty(t, registered)
	}
	values["mosaic-database:budget"] = `{"monthlyUsd": 18.41, "onExceed": "fail"}`
	_, _, err := record(t, "prod", values, true)
	assert.NoError(t, err, "the budget itself is within it")
}

// Whatever the last run left as its estimate, this one is made.
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
				assert.NoError(t, previewAfter(t, outputs, "prod", stackFile(t, "prod")))
			}
		})
	}
}
