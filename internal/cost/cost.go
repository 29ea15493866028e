// Package cost estimates what a stack costs a month, line by line, from a table in which every figure has a source.
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

// Line is one position of the estimate.
type Line struct {
	Item    string   // the same from one estimate to the next, such as "storage"
	Detail  string   // such as "20 GiB of gp3"
	Monthly float64  // USD; meaningless unless Known
	Most    float64  // USD, where it depends on use: then Monthly is the least
	Known   bool     // false: there is no price for it in the table
	Sources []string // keys of Sources; empty for what is free or derived
}

// Rounded is what the line costs a month, in whole cents.
func (l Line) Rounded() float64 { return rounded(l.Monthly) }

// Estimate is the monthly cost of a configuration in USD, without tax, traffic and discounts.
type Estimate struct {
	Lines    []Line
	Total    float64 // of the known lines
	Most     float64 // Total, with the most of every line that depends on use
	Reserved []Reserved
}

// Unknown lists the items without a known price; their cost comes on top of Total.
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

// Reserved is what the instances of an estimate would cost with a commitment, as a range: the discounts are those seen
// for classes beside them.
type Reserved struct {
	Term    string  // such as "1 year, no upfront"
	Least   float64 // USD a month
	Most    float64 // USD a month
	Sources []string
}

// Source is where a price was found, and when.
type Source struct {
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
	Least   float64  `json:"least"` // share of the on-demand price
	Most    float64  `json:"most"`
	Sources []string `json:"sources"`
}

type table struct {
	Sources  map[string]Source `json:"sources"`
	Regions  map[string]region `json:"regions"`
	Reserved []discount        `json:"reserved"`
}

func load() (table, error) {
	var t table
	if err := json.Unmarshal(priceTable, &t); err != nil {
		return t, fmt.Errorf("reading the table of prices: %w", err)
	}
	return t, nil
}

// Sources lists where the prices come from, by key.
func Sources() (map[string]Source, error) {
	t, err := load()
	return t.Sources, err
}
