// Package cost estimates what a configuration costs a month, line by line, from a table in which every
// figure has a source. Pure: it reads no configuration and calls nothing.
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

// Usage is what is paid for.
type Usage struct {
	Region              string
	InstanceClass       string
	VCPU                int // of InstanceClass
	MultiAz             bool
	Replicas            int
	ReplicaClass        string
	ReplicaVCPU         int    // of ReplicaClass
	StorageType         string // gp3, io1 or io2
	AllocatedStorage    int    // GiB
	Iops                int    // provisioned; 0: the baseline
	StorageThroughput   int    // MiB/s, provisioned; 0: the baseline
	Secrets             int
	Alarms              int
	InsightsRetention   int    // days of Performance Insights; 0: off
	InsightsMode        string // standard or advanced
	MonitoringInterval  int    // seconds of enhanced monitoring; 0: off
	BackupRetentionDays int
}

// Line is one position of the estimate.
type Line struct {
	Item    string
	Monthly float64 // USD; meaningless unless Known
	Known   bool
	Sources []string // keys of Sources; empty for what is free or derived
}

// Estimate is the monthly cost of a configuration in USD, without tax, traffic and discounts.
type Estimate struct {
	Lines []Line
	Total float64 // of the known lines
}

// Unknown lists the items without a known price; their cost comes on top of Total.
func (e Estimate) Unknown() []string {
	var items []string
	for _, line := range e.Lines {
		if !line.Known {
			items = append(items, line.Item)
		}
	}
	return items
}

// String is the estimate in one line: "16.44 USD", or "at least 16.44 USD; no price known for: …".
func (e Estimate) String() string {
	total := fmt.Sprintf("%.2f USD", e.Total)
	if unknown := e.Unknown(); len(unknown) > 0 {
		return fmt.Sprintf("at least %s; no price known for: %s", total, strings.Join(unknown, ", "))
	}
	return total
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

type table struct {
	Sources map[string]Source `json:"sources"`
	Regions map[string]region `json:"regions"`
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
