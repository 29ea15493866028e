// Package prices is the table of prices: one file for each region, so that a run reads the one it needs. `just prices` brings them up to
// date from AWS's price list. A price that is not here is unknown, not free.
package prices

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed *.json
var files embed.FS

// Region is the list prices of a region in USD, without tax; a month has 730 hours.
type Region struct {
	Sources      map[string]Source       `json:"sources"`
	InstanceHour map[string]InstanceHour `json:"instanceHour"` // by instance class, such as "db.t3.micro", of RDS for PostgreSQL
	Item         map[string]Item         `json:"item"`         // by what is priced and its unit, such as "gp3 GB-month"
}

// Source says where a price was found, and when.
type Source struct {
	What string `json:"what"`
	Date string `json:"date"` // 2026-08-12, 2026-08 or 2026, as far as it is known; otherwise "undated"
}

// InstanceHour is the price of an hour of an instance.
type InstanceHour struct {
	SingleAz float64  `json:"singleAz"`
	MultiAz  float64  `json:"multiAz,omitempty"` // with the standby; 0: unknown
	Sources  []string `json:"sources"`           // keys of the region's Sources
}

// Item is the price of one unit of something.
type Item struct {
	USD     float64  `json:"usd"`
	Sources []string `json:"sources"` // keys of the region's Sources
}

// Discount is what reserved instances cost less, as a range of shares of the price on demand.
type Discount struct {
	Term    string   `json:"term"` // such as "1 year, no upfront"
	Least   float64  `json:"least"`
	Most    float64  `json:"most"`
	Sources []string `json:"sources"` // keys of the discounts' Sources
}

// Reserved is the discounts of reserved instances.
type Reserved struct {
	Sources   map[string]Source `json:"sources"`
	Discounts []Discount        `json:"discounts"`
}

// Of is the prices of a region; none of a region that is not in the table.
func Of(region string) (Region, error) {
	var r Region
	err := read(region+".json", &r)
	if errors.Is(err, fs.ErrNotExist) {
		return Region{}, nil
	}
	return r, err
}

// OfReserved is the discounts of reserved instances, of any region.
func OfReserved() (Reserved, error) {
	var r Reserved
	return r, read("reserved.json", &r)
}

func read(file string, into any) error {
	text, err := files.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading the prices: %w", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("reading the prices in %s: %w", file, err)
	}
	return nil
}

// Seen is when a price was seen: the latest date of its sources, which agree; "" if none is dated.
func (r Region) Seen(sources []string) string {
	latest := ""
	for _, source := range sources {
		// "2026" sorts before "2026-08": of two sources, the one that is known better counts.
		if date := r.Sources[source].Date; date != "undated" {
			latest = max(latest, date)
		}
	}
	return latest
}
