package parameters

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Fault is what is wrong with a value.
type Fault struct {
	Rule string // what has to hold
	Fix  string // what to write instead
}

var (
	wholeNumber = regexp.MustCompile(`^(0|-?[1-9]\d*)$`)
	decimal     = regexp.MustCompile(`^-?\d+(\.\d+)?([eE][+-]?\d+)?$`)
	interval    = regexp.MustCompile(`^(-?[\d.]+(?:[eE]\+?\d+)?)-(-?[\d.]+(?:[eE]\+?\d+)?)$`)
	// A formula has a variable, or one of RDS's functions.
	formula = regexp.MustCompile(`[{}]|DBInstance|AllocatedStorage|EndPointPort|^\s*(GREATEST|LEAST|SUM)\s*\(`)
	// RDS works out what is in braces; around them are only its functions and numbers.
	inBraces = regexp.MustCompile(`\{[^{}]+\}`)
	bare     = regexp.MustCompile(`[\w*/]*(DBInstance\w+|AllocatedStorage|EndPointPort)[\w*/]*`)
	fraction = regexp.MustCompile(`\d\.\d`)
	variable = regexp.MustCompile(`DBInstance\w*|AllocatedStorage|EndPointPort|[*/{}]`)
)

// IsFormula tells whether a value is meant as a formula, with or without what a formula needs.
func IsFormula(value string) bool { return formula.MatchString(value) }

// Check holds a value in its normal form to the type, the unit and the allowed values of the parameter; nil: it is right. What a formula
// comes to is not looked at.
func (p Parameter) Check(value string) *Fault {
	if strings.TrimSpace(value) == "" {
		return &Fault{Rule: "a value with something in it", Fix: "a value; or remove the line for the default"}
	}
	switch p.DataType {
	case Boolean:
		if value != "0" && value != "1" {
			return &Fault{Rule: "on or off", Fix: "1 for on, or 0 for off"}
		}
	case Integer:
		if IsFormula(value) {
			return p.braces(value)
		}
		if !wholeNumber.MatchString(value) || !p.Within(value) {
			return &Fault{Rule: p.numberRule("a whole number"), Fix: p.numberFix(value)}
		}
	case Float:
		if !decimal.MatchString(value) || !p.Within(value) {
			return &Fault{Rule: p.numberRule("a number"), Fix: p.numberFix(value)}
		}
	case List:
		return p.listed(value)
	default:
		if choices := p.choices(); choices != nil && !p.Open && !containsFold(choices, value) {
			return &Fault{Rule: "one of " + named(choices), Fix: nearest(value, choices)}
		}
	}
	return nil
}

// listed holds each value of a list to the allowed ones.
func (p Parameter) listed(value string) *Fault {
	choices := p.choices()
	if choices == nil || p.Open || p.Switch && isOff(value) {
		return nil
	}
	for _, member := range members(value) {
		if !containsFold(choices, member) {
			return &Fault{Rule: fmt.Sprintf("of %s, with commas between them; %q is not one", named(choices), member), Fix: nearest(member, choices)}
		}
	}
	return nil
}

// named are the choices in a sentence. RDS has hundreds of time zones.
func named(choices []string) string {
	const most = 30
	if len(choices) <= most {
		return strings.Join(choices, ", ")
	}
	return fmt.Sprintf("the %d that RDS has", len(choices))
}

// Unlisted are the values that the catalogue of an open parameter, or of one that was a boolean, does not have, which RDS may know all the same.
func (p Parameter) Unlisted(value string) []string {
	if p.Switch && isOff(value) {
		return []string{value}
	}
	if !p.Open {
		return nil
	}
	given := []string{value}
	if p.DataType == List {
		given = members(value)
	}
	return slices.DeleteFunc(given, func(member string) bool { return containsFold(p.choices(), member) })
}

// braces asks for the form of a formula: what RDS works out is in braces, with whole numbers.
func (p Parameter) braces(value string) *Fault {
	switch {
	case fraction.MatchString(value):
		return &Fault{Rule: "a formula of whole numbers", Fix: "a product and a quotient, as in {DBInstanceClassMemory*3/4194304}"}
	case inBraces.MatchString(value) && !variable.MatchString(inBraces.ReplaceAllString(value, "0")):
		return nil
	}
	fix := bare.ReplaceAllString(value, "{$0}")
	if fix == value || strings.ContainsAny(value, "{}") {
		fix = "a whole number, or a formula such as LEAST({DBInstanceClassMemory/9531392},5000)"
	}
	return &Fault{Rule: "in a formula, what RDS works out is in braces, and only its functions LEAST, GREATEST and SUM and whole numbers are around them", Fix: fix}
}

// Within tells whether a number is in the range of the parameter, if it has one.
func (p Parameter) Within(value string) bool {
	least, most, ranged := p.bounds()
	n, err := strconv.ParseFloat(value, 64)
	return err == nil && (!ranged || n >= least && n <= most)
}

func (p Parameter) bounds() (least, most float64, ranged bool) {
	found := interval.FindStringSubmatch(p.AllowedValues)
	if found == nil {
		return 0, 0, false
	}
	least, err := strconv.ParseFloat(found[1], 64)
	most, and := strconv.ParseFloat(found[2], 64)
	return least, most, err == nil && and == nil
}

// choices are the values that are allowed; nil: any.
func (p Parameter) choices() []string {
	if p.AllowedValues == "" || p.DataType == Integer || p.DataType == Float {
		return nil
	}
	return members(p.AllowedValues)
}

// members are the values of a list.
func members(list string) []string {
	var all []string
	for member := range strings.SplitSeq(list, ",") {
		if member = strings.TrimSpace(member); member != "" {
			all = append(all, member)
		}
	}
	return all
}

func containsFold(all []string, one string) bool {
	return slices.ContainsFunc(all, func(s string) bool { return strings.EqualFold(s, one) })
}
