package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/cost"
	"github.com/mosaic-stories/mosaic-database/internal/lastrun"
)

// settledOutput is the output in which a run leaves to later ones what cannot change any more.
const settledOutput = "settled"

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
	outputs, err := lastrun.Outputs(ctx, settledOutput, costLinesOutput)
	if err != nil {
		return nil, err
	}
	run := &lastRun{settled: map[string]string{}, costLines: readCostLines(outputs[costLinesOutput])}
	values, _ := outputs[settledOutput].(map[string]any)
	for key, value := range values {
		if text, ok := value.(string); ok {
			run.settled[key] = text
		}
	}
	return run, nil
}

// settledWith holds the settled values back until the Secrets are in the cluster: a first run that failed because a
// namespace or an issuer was wrong must not settle what was wrong.
func settledWith(settled pulumi.StringMapOutput, served []service) pulumi.StringMapOutput {
	all := []any{settled}
	for _, app := range served {
		if app.access != nil {
			all = append(all, app.access.Synced)
		}
	}
	return pulumi.All(all...).ApplyT(func(values []any) map[string]string {
		return values[0].(map[string]string)
	}).(pulumi.StringMapOutput)
}
