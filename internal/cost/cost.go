// Package cost estimates what a stack costs a month, line by line, from the table in package prices.
package cost

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost/prices"
)

// hoursPerMonth is the month of the AWS price list.
const hoursPerMonth = config.HoursPerMonth

// Line is one item of the estimate.
type Line struct {
	Item    string   // the same from one estimate to the next, such as "storage"
	Detail  string   // such as "20 GiB of gp3"
	Monthly float64  // USD; meaningless unless Known
	Most    float64  // USD, where the cost depends on use: Monthly is then the minimum; otherwise 0
	Known   bool     // false: the table has no price for it
	Sources []string // keys of Sources; empty for what is free
	Seen    string   // when its price was seen: 2026-08-12, 2026-08 or 2026; "" for what is free, unknown or of an undated source
}

// Rounded is the monthly cost of the line in USD, rounded to cents.
func (l Line) Rounded() float64 { return rounded(l.Monthly) }

// Estimate is the monthly cost of a configuration in USD, without tax, traffic and discounts.
type Estimate struct {
	Lines    []Line
	Total    float64 // the sum of the known lines
	Most     float64 // Total, with the maximum of every line that depends on use
	Reserved []Reserved
}

// Seen is when the newest and the oldest of its prices were seen, each as in a line; "" if it has no dated price.
func (e Estimate) Seen() (newest, oldest string) {
	for _, line := range e.Lines {
		if line.Seen == "" {
			continue
		}
		newest = max(newest, line.Seen)
		if oldest == "" || line.Seen < oldest {
			oldest = line.Seen
		}
	}
	return newest, oldest
}

// Unknown lists the lines without a known price. Total does not include them.
func (e Estimate) Unknown() []string {
	var items []string
	for _, line := range e.Lines {
		if !line.Known {
			items = append(items, strings.TrimSpace(line.Item+" "+line.Detail))
		}
	}
	return items
}

// String is the estimate in one line: "18.41 USD", or "at least 18.41 USD; no price known for: …".
func (e Estimate) String() string {
	total := fmt.Sprintf("%.2f USD", e.Total)
	if unknown := e.Unknown(); len(unknown) > 0 {
		return fmt.Sprintf("at least %s; no price known for: %s", total, strings.Join(unknown, ", "))
	}
	return total
}

// Reserved is what the instances of an estimate would cost as reserved instances. It is a range, because the discounts are those
// of similar instance classes.
type Reserved struct {
	Term    string  // such as "1 year, no upfront"
	Least   float64 // USD a month
	Most    float64 // USD a month
	Sources []string
}

// Sources lists the sources of a region's prices, by the keys that lines name.
func Sources(region string) (map[string]prices.Source, error) {
	r, err := prices.Of(region)
	return r.Sources, err
}
