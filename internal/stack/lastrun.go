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
	// lastRunOutput is the output in which a run leaves to the next one what that has to know. Pulumi shows no property
	// whose name begins like this, neither in a preview nor after an update.
	//
	// A program cannot ask for the resources of its own state, only for its outputs.
	lastRunOutput = "__lastRun"

	// What is locked, which the states of today know as settled. Where a run did not come so far that it knows it, before is what
	// the run before it had.
	lockedField, beforeField, costLinesField = "settled", "before", "bill"

	// The outputs that had it in earlier versions of this program.
	formerLockedOutput, formerCostLinesOutput = "settled", "estimatedMonthlyCostLines"
)

// lastRun is what this run takes from the outputs of the last one, also one whose migration failed.
type lastRun struct {
	// locked is empty before the first run in which the Secret reached the cluster, and after a destroy.
	//
	// The engine's own protection stands behind it. It covers whatever the provider answers with a replacement, but
	// it is off between the two steps of a removal, sees another environment only as deletions, and its message
	// tells people to switch it off.
	locked    map[string]string
	costLines []cost.Line // nil before the first run
}

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

// ownOutputs are the outputs of this stack, also of a run that failed; none before the first run and after a destroy. It is
// what a StackReference asks, without the resource: that would show all of them in every preview.
func ownOutputs(ctx *pulumi.Context) (map[string]any, error) {
	args := struct {
		Name string `pulumi:"name"`
	}{fmt.Sprintf("%s/%s/%s", ctx.Organization(), ctx.Project(), ctx.Stack())}
	var result struct {
		Outputs map[string]any `pulumi:"outputs"`
	}
	// While the engine writes a state that is in a folder, there are moments when it reads as empty.
	const tries = 5
	err := ctx.Invoke("pulumi:pulumi:readStackOutputs", args, &result)
	for try := 1; err != nil && try < tries; try++ {
		time.Sleep(time.Duration(try) * 100 * time.Millisecond)
		err = ctx.Invoke("pulumi:pulumi:readStackOutputs", args, &result)
	}
	return result.Outputs, err
}

// leave is what this run leaves to the next one.
func (d *deployment) leave(applications []application) (pulumi.Map, error) {
	asked := lock.Values(d.cfg, d.found.location(), d.last.locked)
	maps.Copy(asked, instanceSettings(d.cfg))
	locked, err := d.lockReached(asked, applications)
	return pulumi.Map{
		lockedField: locked, beforeField: pulumi.ToStringMap(d.last.locked), costLinesField: costLines(d.estimate),
	}, err
}

// lockReached is what is locked as far as it has come true. It is held back until the Secrets are in the cluster: a first run that
// failed because a namespace or an issuer was wrong must not lock what was wrong. It goes by way of a Stash, which a run with
// --target leaves as it is, with everything else that it was not told to change.
func (d *deployment) lockReached(asked map[string]string, applications []application) (pulumi.Output, error) {
	held := []any{pulumi.ToStringMap(asked)}
	for _, app := range applications {
		if app.access != nil {
			held = append(held, app.access.Synced)
		}
	}
	stash, err := pulumi.NewStash(d.ctx, "settled", &pulumi.StashArgs{
		Input: pulumi.All(held...).ApplyT(func(values []any) any { return values[0] }),
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
