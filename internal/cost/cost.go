// Package cost estimates what a stack costs a month, line by line, from a table of prices with their sources.
package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// hoursPerMonth is the month of the AWS price list.
const hoursPerMonth = 730

//go:embed prices.json
var priceTable []byte

// Line is one item of the estimate.
type Line struct {
	Item    string   // the same from one estimate to the next, such as "storage"
	Detail  string   // such as "20 GiB of gp3"
	Monthly float64  // USD; meaningless unless Known
	Most    float64  // USD, where the cost depends on use: Monthly is then the minimum; otherwise 0
	Known   bool     // false: the table has no price for it
	Sources []string // keys of Sources; empty for what is free or derived
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

// PriceSource says where a price was found, and when.
type PriceSource struct {
	What string `json:"what"`
	Date string `json:"date"`
}

type price struct {
	USD     float64  `json:"usd"`
	Sources []string `json:"sources"`
}

type instancePrice struct {
	SingleAz float64  `json:"singleAz"`
	MultiAz  float64  `json:"multiAz"`
	Sources  []string `json:"sources"`
}

type region struct {
	InstanceHour map[string]instancePrice `json:"instanceHour"`
	Item         map[string]price         `json:"item"`
}

type discount struct {
	Term    string   `json:"term"`
	Least   float64  `json:"least"` // as a share of the on-demand price
	Most    float64  `json:"most"`
	Sources []string `json:"sources"`
}

type table struct {
	Sources  map[string]PriceSource `json:"sources"`
	Regions  map[string]region      `json:"regions"`
	Reserved []discount             `json:"reserved"`
}

func load() (table, error) {
	var t table
	if err := json.Unmarshal(priceTable, &t); err != nil {
		return t, fmt.Errorf("reading the price table: %w", err)
	}
	return t, nil
}

// Sources lists the sources of the prices, by the keys that lines name.
func Sources() (map[string]PriceSource, error) {
	t, err := load()
	return t.Sources, err
}
