package cost

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
)

// The report in JSON. Amounts are USD a month; null: no price is known.
type (
	reportJSON struct {
		Stack          string         `json:"stack"`
		Region         string         `json:"region"`
		MonthlyUSD     float64        `json:"monthlyUsd"`
		MostMonthlyUSD float64        `json:"mostMonthlyUsd"`
		NewestPrice    string         `json:"newestPrice"` // 2026-08-12, 2026-08 or 2026; "" without a dated price
		OldestPrice    string         `json:"oldestPrice"`
		Unknown        []string       `json:"unknown"`
		Lines          []lineJSON     `json:"lines"`
		Reserved       []reservedJSON `json:"reserved"`
		Change         *changeJSON    `json:"change,omitempty"`
	}
	lineJSON struct {
		Item       string   `json:"item"`
		Detail     string   `json:"detail"`
		MonthlyUSD *float64 `json:"monthlyUsd"`
	}
	reservedJSON struct {
		Term            string  `json:"term"`
		LeastMonthlyUSD float64 `json:"leastMonthlyUsd"`
		MostMonthlyUSD  float64 `json:"mostMonthlyUsd"`
	}
	changeJSON struct {
		BeforeMonthlyUSD float64          `json:"beforeMonthlyUsd"`
		DifferenceUSD    float64          `json:"differenceUsd"`
		Lines            []changelineJSON `json:"lines"`
	}
	changelineJSON struct {
		Item          string    `json:"item"`
		Before        *lineJSON `json:"before"`
		After         *lineJSON `json:"after"`
		DifferenceUSD *float64  `json:"differenceUsd"`
	}
)

// JSON is the report for other programs, with a newline at its end.
func (r Report) JSON() (string, error) {
	e := r.Estimate
	newest, oldest := e.Seen()
	out := reportJSON{
		Stack: r.Stack, Region: r.Region, MonthlyUSD: rounded(e.Total), MostMonthlyUSD: rounded(e.Most), NewestPrice: newest, OldestPrice: oldest,
		Unknown: append([]string{}, e.Unknown()...), Lines: []lineJSON{}, Reserved: []reservedJSON{},
	}
	for _, line := range e.Lines {
		out.Lines = append(out.Lines, *line.json())
	}
	for _, reserved := range e.Reserved {
		out.Reserved = append(out.Reserved, reservedJSON{reserved.Term, rounded(reserved.Least), rounded(reserved.Most)})
	}
	if r.Compared {
		before := total(r.Before)
		out.Change = &changeJSON{BeforeMonthlyUSD: rounded(before), DifferenceUSD: rounded(e.Total - before), Lines: []changelineJSON{}}
		for _, c := range Changes(r.Before, e) {
			line := changelineJSON{Item: c.Item, Before: c.Old.json(), After: c.New.json()}
			if usd, known := c.Difference(); known {
				usd = rounded(usd)
				line.DifferenceUSD = &usd
			}
			out.Change.Lines = append(out.Change.Lines, line)
		}
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return "", fmt.Errorf("encoding the estimate: %w", err)
	}
	return string(text) + "\n", nil
}

func (l *Line) json() *lineJSON {
	if l == nil {
		return nil
	}
	line := &lineJSON{Item: l.Item, Detail: l.Detail}
	if l.Known {
		usd := l.Rounded()
		line.MonthlyUSD = &usd
	}
	return line
}

func rounded(usd float64) float64 { return math.Round(usd*100) / 100 }

// ReadLines reads the lines of an estimate from the JSON of the stack's output, an object of lines by item. It returns them sorted
// by item.
func ReadLines(output []byte) ([]Line, error) {
	var byItem map[string]lineJSON
	if err := json.Unmarshal(output, &byItem); err != nil {
		return nil, fmt.Errorf("reading the lines of an estimate: %w", err)
	}
	all := make([]Line, 0, len(byItem))
	for _, item := range slices.Sorted(maps.Keys(byItem)) {
		line := Line{Item: item, Detail: byItem[item].Detail}
		if usd := byItem[item].MonthlyUSD; usd != nil {
			line.Monthly, line.Known = *usd, true
		}
		all = append(all, line)
	}
	return all, nil
}
