package pricelist

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/internal/cost/prices"
)

// What an earlier list had and a later one lacks keeps its price and its date, and a class has both halves of one list: their difference
// is the price of the standby.
func TestMergeKeepsWhatAListLacks(t *testing.T) {
	old := prices.Region{
		Sources: map[string]prices.Source{rds: {What: "AWS's price list, published 2026-10-30", Date: "2026-11-02"}},
		InstanceHour: map[string]prices.InstanceHour{
			"db.t3.micro": {SingleAz: 0.018, MultiAz: 0.036, Sources: []string{rds}},
			"db.t3.large": {SingleAz: 0.15, Sources: []string{rds}},
			"db.t3.small": {SingleAz: 0.036, MultiAz: 0.072, Sources: []string{rds}},
		},
		Item: map[string]prices.Item{"gp3 MiBps-month": {USD: 0.08, Sources: []string{rds}}},
	}
	l := list{service: rds, region: "us-east-1", published: "2026-11-30", items: items(), prices: map[figure]float64{
		{"db.t3.micro", singleAZ}: 0.019,
		{"db.t3.small", multiAZ}:  0.08,
		{"db.t3.large", singleAZ}: 0.16,
		{"db.t9.micro", multiAZ}:  0.1, // the standby's share of it is not known
		{"gp3 GB-month", ""}:      0.115,
	}}
	merged, changes := merge(old, l, "2026-12-01")
	former := "AmazonRDS of 2026-11-02"
	assert.Equal(t, map[string]prices.InstanceHour{
		"db.t3.large": {SingleAz: 0.16, Sources: []string{rds}},
		"db.t3.micro": {SingleAz: 0.018, MultiAz: 0.036, Sources: []string{former}},
		"db.t3.small": {SingleAz: 0.036, MultiAz: 0.072, Sources: []string{former}},
	}, merged.InstanceHour)
	assert.Equal(t, map[string]prices.Item{"gp3 GB-month": {USD: 0.115, Sources: []string{rds}}, "gp3 MiBps-month": {USD: 0.08, Sources: []string{former}}}, merged.Item)
	assert.Equal(t, old.Sources[rds], merged.Sources[former])
	assert.Equal(t, prices.Source{What: "AWS's price list, published 2026-11-30", Date: "2026-12-01"}, merged.Sources[rds])
	assert.ElementsMatch(t, []change{
		{"us-east-1", figure{"gp3 MiBps-month", ""}, 0.08, 0}, {"us-east-1", figure{"gp3 GB-month", ""}, 0, 0.115},
		{"us-east-1", figure{"db.t3.micro", multiAZ}, 0.036, 0}, {"us-east-1", figure{"db.t3.small", singleAZ}, 0.036, 0},
		{"us-east-1", figure{"db.t3.large", singleAZ}, 0.15, 0.16},
	}, changes, "what was written, and what the list lacks")
	assert.Equal(t, []string{rds}, old.Item["gp3 MiBps-month"].Sources, "the old table is not written to")
}

// A price that is not as expected is not one that the list lacks: it stays as it was, also where the list has a second one that looks right.
func TestOddPricesAreNotLacking(t *testing.T) {
	old := prices.Region{Item: map[string]prices.Item{"gp3 GB-month": {USD: 0.115, Sources: []string{"a page"}}}}
	gp3 := func(unit string) priced {
		return priced{figure: figure{"gp3 GB-month", ""}, units: map[string]float64{"GB-Mo": 1}, terms: map[string]term{
			"on demand": {map[string]dimension{"all": {Unit: unit, BeginRange: "0", PricePerUnit: map[string]string{"USD": "0.2"}}}},
		}}
	}
	r := reading{list: list{service: rds, region: "us-east-1", items: items()}, products: map[string]priced{"A": gp3("GB-Mo"), "B": gp3("TB-Mo")}}
	l, err := r.evaluate()
	assert.NoError(t, err)
	merged, changes := merge(old, l, "2026-12-01")
	assert.Equal(t, old.Item, merged.Item)
	assert.Empty(t, changes)
}
