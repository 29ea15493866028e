package stack

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost"
)

// bill estimates the monthly cost, and compares it with that of the last run. If the estimate is over the budget, it warns
// or, with budget.onExceed: fail, returns an error.
func bill(ctx *pulumi.Context, cfg *config.Config, before *lastRun) (cost.Report, error) {
	report, err := cost.NewReport(cfg, len(monitoring.Alarms(cfg)))
	if err != nil {
		return report, err
	}
	report.Before, report.Compared = before.costLines, before.costLines != nil
	if !report.OverBudget() {
		return report, nil
	}
	message := fmt.Sprintf("the stack costs %s a month, over mosaic-database:budget.monthlyUsd (%.2f)", report.Estimate, report.Budget)
	if cfg.Budget.OnExceed == "warn" {
		if err := ctx.Log.Warn(message, nil); err != nil {
			return report, fmt.Errorf("reporting the budget: %w", err)
		}
		return report, nil
	}
	return report, fmt.Errorf("%s; nothing was changed: choose a smaller tier, raise the budget, or set budget.onExceed to warn\n\n%s",
		message, report.Text())
}

// show prints the estimate at the end of a preview. An update does not print it again.
func show(ctx *pulumi.Context, report cost.Report) error {
	if !ctx.DryRun() {
		return nil
	}
	if err := ctx.Log.Info(report.Text(), nil); err != nil {
		return fmt.Errorf("reporting the cost: %w", err)
	}
	return nil
}

// costLines returns the lines of the estimate by item, for the output that the next run reads.
func costLines(estimate cost.Estimate) pulumi.Map {
	lines := pulumi.Map{}
	for _, line := range estimate.Lines {
		fields := pulumi.Map{"detail": pulumi.String(line.Detail)}
		if line.Known {
			fields["monthlyUsd"] = pulumi.Float64(line.Rounded())
		}
		lines[line.Item] = fields
	}
	return lines
}

// readCostLines reads this output. It returns nil if there is none or it has another format: then the run has nothing to
// compare with, which is no reason to fail.
func readCostLines(output any) []cost.Line {
	text, err := json.Marshal(output)
	if output == nil || err != nil {
		return nil
	}
	lines, err := cost.ReadLines(text)
	if err != nil {
		return nil
	}
	return lines
}
