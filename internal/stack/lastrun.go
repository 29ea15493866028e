package stack

import (
	"fmt"
	"maps"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
	"github.com/mosaic-stories/mosaic-database/internal/cost"
)

const (
	// lastRunOutput is the output with the data for the next run. A program can read the outputs of its own state, but not the
	// resources. Pulumi does not show properties whose names begin with two underscores.
	lastRunOutput = "__lastRun"

	// The fields of this output. lockedField has the locked values; a run that fails before it knows them leaves no map there,
	// and then the next run reads those of the run before it from beforeField. In states, the locked values are called settled.
	lockedField, beforeField, costLinesField = "settled", "before", "bill"

	// The outputs with the same data in earlier versions of this program.
	formerLockedOutput, formerCostLinesOutput = "settled", "estimatedMonthlyCostLines"
)

// lastRun is the data of the last run. A run that failed, for example in the migration, has recorded it too.
type lastRun struct {
	// locked has the values that later runs may not change, by full key. It is empty until the Secrets have reached the
	// cluster for the first time, and after a destroy.
	//
	// Pulumi's protection of the resources is not enough. It prevents every replacement, but it is off between the two steps
	// of removing a database, takes a changed environment for deletions, and its message tells the user to switch it off.
	locked    map[string]string
	costLines []cost.Line // nil before the first run
}

// readLastRun reads the data of the last run from the outputs of the stack.
func readLastRun(ctx *pulumi.Context) (*lastRun, error) {
	outputs, err := ownOutputs(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the outputs of the last run: %w", err)
	}
	locked, costLines := outputs[formerLockedOutput], outputs[formerCostLinesOutput]
	if left, ok := outputs[lastRunOutput].(map[string]any); ok {
		locked, costLines = left[lockedField], left[costLinesField]
		if _, known := locked.(map[string]any); !known {
			locked = left[beforeField]
		}
	}
	run := &lastRun{locked: map[string]string{}, costLines: readCostLines(costLines)}
	values, _ := locked.(map[string]any)
	for key, value := range values {
		if text, ok := value.(string); ok {
			run.locked[key] = text
		}
	}
	return run, nil
}

// ownOutputs returns the outputs of this stack, even if the last run failed; none before the first run and after a destroy. It
// invokes the function of StackReference without the resource, which would show all outputs in every preview.
func ownOutputs(ctx *pulumi.Context) (map[string]any, error) {
	args := struct {
		Name string `pulumi:"name"`
	}{fmt.Sprintf("%s/%s/%s", ctx.Organization(), ctx.Project(), ctx.Stack())}
	var result struct {
		Outputs map[string]any `pulumi:"outputs"`
	}
	// In a file backend, the state is empty for a moment while the engine writes it.
	const tries = 5
	err := ctx.Invoke("pulumi:pulumi:readStackOutputs", args, &result)
	for try := 1; err != nil && try < tries; try++ {
		time.Sleep(time.Duration(try) * 100 * time.Millisecond)
		err = ctx.Invoke("pulumi:pulumi:readStackOutputs", args, &result)
	}
	return result.Outputs, err
}

// leave returns the data for the next run.
func (d *deployment) leave(applications []application) (pulumi.Map, error) {
	asked := lock.Values(d.cfg, d.found.location(), d.last.locked)
	maps.Copy(asked, instanceSettings(d.cfg))
	locked, err := d.lockReached(asked, applications)
	return pulumi.Map{
		lockedField: locked, beforeField: pulumi.ToStringMap(d.last.locked), costLinesField: costLines(d.estimate),
	}, err
}

// lockReached returns the values to lock: those of asked that the resources have reached. They are unknown until the Secrets
// are in the cluster, so that a first run which fails because of a wrong namespace or issuer does not lock it. A Stash holds
// them, because a run with --target does not update a Stash that is not among its targets.
func (d *deployment) lockReached(asked map[string]string, applications []application) (pulumi.Output, error) {
	inputs := []any{pulumi.ToStringMap(asked)}
	for _, app := range applications {
		if app.access != nil {
			inputs = append(inputs, app.access.Synced)
		}
	}
	stash, err := pulumi.NewStash(d.ctx, "settled", &pulumi.StashArgs{
		Input: pulumi.All(inputs...).ApplyT(func(values []any) any { return values[0] }),
	})
	if err != nil {
		return nil, fmt.Errorf("registering the stash: %w", err)
	}
	return pulumi.All(stash.Input, d.db.EngineVersion, d.db.AllocatedStorage).ApplyT(func(values []any) map[string]string {
		stashed := map[string]string{}
		for key, value := range values[0].(map[string]any) {
			stashed[key], _ = value.(string)
		}
		return lock.Reached(stashed, values[1].(string), values[2].(int))
	}), nil
}
