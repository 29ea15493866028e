package parameters

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// withUnit is a number with a unit, or with a percent sign.
var withUnit = regexp.MustCompile(`^(-?\d+(?:\.\d+)?)\s*([A-Za-z]+|%)$`)

// unit is a unit of PostgreSQL. size is in bytes or in microseconds.
type unit struct {
	size float64
	of   string // "memory" or "time"
}

// unitOf is a unit as PostgreSQL writes it, or as people do: PostgreSQL asks for the case. A parameter's own unit may have a number before it.
func unitOf(name string) (unit, bool) {
	const kB, second = 1 << 10, 1e6
	units := map[string]unit{
		"b": {1, "memory"}, "kb": {kB, "memory"}, "8kb": {8 * kB, "memory"}, "mb": {kB * kB, "memory"}, "gb": {kB * kB * kB, "memory"}, "tb": {kB * kB * kB * kB, "memory"},
		"us": {1, "time"}, "ms": {1e3, "time"}, "s": {second, "time"}, "min": {60 * second, "time"}, "h": {3600 * second, "time"}, "d": {86400 * second, "time"},
	}
	u, known := units[strings.ToLower(name)]
	return u, known
}

// Bytes is how many bytes one of the parameter's unit is; 0 if it is no amount of memory.
func (p Parameter) Bytes() float64 {
	if u, known := unitOf(p.Unit); known && u.of == "memory" {
		return u.size
	}
	return 0
}

// numberRule is the rule of a number, such as "a whole number without a unit, which is kB, from 64 to 2147483647".
func (p Parameter) numberRule(kind string) string {
	rule := kind
	if p.Unit != "" {
		rule += fmt.Sprintf(" without a unit, which is %s,", strings.Replace(p.Unit, "8kB", "8 kB", 1))
	}
	rule += p.between()
	if p.DataType == Integer {
		rule += ", or a formula in braces"
	}
	return rule
}

// Range is the range of a number, such as "64 to 2147483647"; "": it has none.
func (p Parameter) Range() string {
	found := interval.FindStringSubmatch(p.AllowedValues)
	if found == nil {
		return ""
	}
	return found[1] + " to " + found[2]
}

// between is the range as the end of a sentence.
func (p Parameter) between() string {
	if p.Range() == "" {
		return ""
	}
	return " from " + p.Range()
}

// numberFix is a number to write instead of a value: the same amount in the parameter's unit, or the nearest in its range. Who switches a
// parameter off means its -1 or 0, where the range begins with one.
func (p Parameter) numberFix(value string) string {
	if least, _, ranged := p.bounds(); ranged && means(value, "none", "disabled") && p.DataType == Integer && (least == 0 || least == -1) {
		return p.clamped(least)
	}
	if n, ok := p.converted(value); ok {
		return p.clamped(n)
	}
	if n, err := strconv.ParseFloat(value, 64); err == nil && !math.IsNaN(n) && !math.IsInf(n, 0) {
		return p.clamped(n)
	}
	if share, percent := strings.CutSuffix(value, "%"); percent && p.Bytes() > 0 {
		if n, err := strconv.ParseFloat(strings.TrimSpace(share), 64); err == nil && n > 0 {
			return fmt.Sprintf("{DBInstanceClassMemory/%.0f}", p.Bytes()*100/n)
		}
	}
	kind := map[string]string{Integer: "a whole number", Float: "a number"}[p.DataType]
	return kind + p.between() + ", or remove the line"
}

// converted is a value with a unit, in the unit of the parameter.
func (p Parameter) converted(value string) (float64, bool) {
	found := withUnit.FindStringSubmatch(value)
	own, has := unitOf(p.Unit)
	if found == nil || !has {
		return 0, false
	}
	given, known := unitOf(found[2])
	n, err := strconv.ParseFloat(found[1], 64)
	if !known || given.of != own.of || err != nil {
		return 0, false
	}
	return n * given.size / own.size, true
}

// clamped is the number of the parameter's type and range that is nearest to one.
func (p Parameter) clamped(n float64) string {
	if p.DataType == Integer {
		n = math.Round(n)
	}
	if least, most, ranged := p.bounds(); ranged {
		n = min(max(n, least), most)
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// means tells whether a value is a word for off, one of PostgreSQL's or one of some more. 0 is a number, too.
func means(value string, more ...string) bool {
	return value != "0" && isOff(value) || containsFold(more, strings.TrimSpace(value))
}

// nearest is the allowed value that is most like another. What switches a parameter off is next to its own word for that, however that is written.
func nearest(value string, choices []string) string {
	if off := []string{"none", "disabled", "off"}; isOff(value) || containsFold(off, strings.TrimSpace(value)) {
		for _, word := range off {
			if slices.Contains(choices, word) {
				return word
			}
		}
		return "one of these, or remove the line"
	}
	if near := schema.Closest(value, choices); near != "" {
		return near
	}
	return "one such as " + slices.MinFunc(choices, func(a, b string) int { return len(a) - len(b) })
}

// Nearest is the parameter whose name is most like another; "": none is near.
func (c *Catalogue) Nearest(name string) string { return schema.Closest(name, c.Names()) }
