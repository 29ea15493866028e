package stack

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/cost"
)

const (
	// lastRunOutput is the output in which a run leaves to the next one what that has to know. Pulumi shows no property
	// whose name begins like this, neither in a preview nor after an update.
	//
	// A Stash (pulumi:index:Stash) would keep it as well, as one resource more, but gives a program the value with which it was
	// made, not the last one.
	lastRunOutput = "__lastRun"

	settledField, costLinesField = "settled", "bill"

	// The outputs that had it before.
	formerSettledOutput, formerCostLinesOutput = "settled", "estimatedMonthlyCostLines"
)

// lastRun is what this run takes from the outputs of the last one, also one whose migration failed.
type lastRun struct {
	// settled is empty before the first run in which the Secret reached the cluster, and after a destroy.
	//
	// The engine's own protection stands behind it. It covers whatever the provider answers with a replacement, but
	// it is off between the two steps of a removal, sees another environment only as deletions, and its message
	// tells people to switch it off.
	settled   map[string]string
	costLines []cost.Line // nil before the first run
}

func readLastRun(ctx *pulumi.Context) (*lastRun, error) {
	outputs, err := ownOutputs(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the outputs of the last run: %w", err)
	}
	settled, costLines := outputs[formerSettledOutput], outputs[formerCostLinesOutput]
	if left, ok := outputs[lastRunOutput].(map[string]any); ok {
		settled, costLines = left[settledField], left[costLinesField]
	}
	run := &lastRun{settled: map[string]string{}, costLines: readCostLines(costLines)}
	values, _ := settled.(map[string]any)
	for key, value := range values {
		if text, ok := value.(string); ok {
			run.settled[key] = text
		}
	}
	return run, nil
}

// ownOutputs are the outputs of this stack, also of a run that failed; none before the first run and after a destroy. It is
// what a StackReference asks, without the resource: that would show all of them in every preview.
func ownOutputs(ctx *pulumi.Context) (map[string]any, error) {
	args := struct {
		Name string `pulumi:"name"`
	}{fmt.Sprintf("%s/%s/%s", ctx.Organization(), ctx.Project(), ctx.Stack())}
	var result struct {
		Outputs map[string]any `pulumi:"outputs"`
	}
	err := ctx.Invoke("pulumi:pulumi:readStackOutputs", args, &result)
	return result.Outputs, err
}

// leave is what this run leaves to the next one. It is held back until the Secrets are in the cluster: a first run that
// failed because a namespace or an issuer was wrong must not settle what was wrong.
func leave(settled map[string]string, estimate cost.Estimate, served []service) pulumi.Output {
	all := []any{pulumi.Map{settledField: pulumi.ToStringMap(settled), costLinesField: costLines(estimate)}}
	for _, app := range served {
		if app.access != nil {
			all = append(all, app.access.Synced)
		}
	}
	return pulumi.All(all...).ApplyT(func(values []any) any { return values[0] })
}
