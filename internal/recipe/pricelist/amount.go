package pricelist

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// currency is what is wrong with a product that has no price in USD; "" if it has one.
func (p priced) currency() string {
	for _, t := range p.terms {
		for _, d := range t.PriceDimensions {
			if _, inUSD := d.PricePerUnit["USD"]; !inUSD {
				return fmt.Sprintf("has a price in %v: the table is in USD; leave the region out", slices.Sorted(maps.Keys(d.PricePerUnit)))
			}
		}
	}
	return ""
}

// usd is the price of a product in the unit of the table: of tiers, the first that is not free; 0 if all are.
func (p priced) usd() (float64, string) {
	first, begin := 0.0, math.Inf(1)
	for _, t := range p.terms {
		for _, d := range t.PriceDimensions {
			factor, known := p.units[d.Unit]
			if !known {
				return 0, fmt.Sprintf("is priced by %q: the table has it by %v; put the new unit into figures.go", d.Unit, slices.Sorted(maps.Keys(p.units)))
			}
			amount := d.PricePerUnit["USD"]
			usd, err := strconv.ParseFloat(amount, 64)
			if err != nil || usd < 0 {
				return 0, fmt.Sprintf("has the price %q: it has to be a number from 0", amount)
			}
			from, err := strconv.ParseFloat(d.BeginRange, 64)
			if err != nil {
				return 0, fmt.Sprintf("has a tier from %q: it has to be a number", d.BeginRange)
			}
			usd = math.Round(usd*factor*1e10) / 1e10
			if usd > 0 && from == begin && usd != first {
				return 0, fmt.Sprintf("has the prices %v and %v in one tier: one has to be left", first, usd)
			}
			if usd > 0 && from < begin {
				first, begin = usd, from
			}
		}
	}
	return first, ""
}
