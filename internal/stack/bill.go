package stack

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost"
	"github.com/mosaic-stories/mosaic-database/internal/plan"
)

// costLinesOutput is the output in which a run leaves its estimate to the next preview.
const costLinesOutput = "estimatedMonthlyCostLines"

// bill is what the stack will cost, beside what it cost after the last run. A budget that fails ends the run here,
// before anything is registered.
func bill(ctx *pulumi.Context, cfg *config.Config, before *lastRun) (cost.Report, error) {
	report, err := plan.Report(cfg, ctx.Stack())
	if err != nil {
		return report, err
	}
	report.Before, report.Compared = before.costLines, before.costLines != nil
	limit := cfg.Budget.MonthlyUSD
	if limit == 0 || report.Estimate.Total <= limit {
		return report, nil
	}
	message := fmt.Sprintf("the stack costs %s a month, over mosaic-database:budget.monthlyUsd (%.2f)", report.Estimate, limit)
	if cfg.Budget.OnExceed == "warn" {
		if err := ctx.Log.Warn(message, nil); err != nil {
			return report, fmt.Errorf("reporting the budget: %w", err)
		}
		return report, nil
	}
	return report, fmt.Errorf("%s; nothing was changed: choose a smaller tier, raise the budget, or set budget.onExceed to warn\n\n%s",
		message, report.Text())
}

// show ends a preview with the bill. An up has shown it in its own preview.
func show(ctx *pulumi.Context, report cost.Report) error {
	if !ctx.DryRun() {
		return nil
	}
	if err := ctx.Log.Info(report.Text(), nil); err != nil {
		return fmt.Errorf("reporting the cost: %w", err)
	}
	return nil
}

// costLines is the estimate as an output.
func costLines(estimate cost.Estimate) pulumi.Array {
	lines := pulumi.Array{}
	for _, line := range estimate.Lines {
		usd := pulumi.Input(nil)
		if line.Known {
			usd = pulumi.Float64(line.Rounded())
		}
		lines = append(lines, pulumi.Map{"item": pulumi.String(line.Item), "detail": pulumi.String(line.Detail), "monthlyUsd": usd})
	}
	return lines
}

// readCostLines is that output read again; nil where there is none.
func readCostLines(output any) ([]cost.Line, error) {
	if output == nil {
		return nil, nil
	}
	text, err := json.Marshal(output)
	if err != nil {
		return nil, fmt.Errorf("reading the output %s of the last run: %w", costLinesOutput, err)
	}
	return cost.ReadLines(text)
}
