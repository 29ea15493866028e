// Package parameters knows the parameters of RDS for PostgreSQL: for each parameter group family a catalogue with the type, the unit, the
// values and the apply type of every parameter. It holds values to that, and writes them as RDS stores them.
package parameters

import (
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed families/*.json
var families embed.FS

// Catalogue is the parameters of one family, as a file in families has them.
type Catalogue struct {
	Family string `json:"family"` // of parameter groups, such as "postgres16"
	Source string `json:"source"` // what it was made from, in words
	Date   string `json:"date"`   // when, as 2006-01-02
	// Complete is true if it was made from RDS's own answer: then RDS has no other parameter. One that was made from documentation may lack
	// some.
	Complete   bool        `json:"complete"`
	Parameters []Parameter `json:"parameters"` // by name
}

// Parameter is a parameter of a family. The fields that RDS has too are called as there.
type Parameter struct {
	Name          string     `json:"name"` // in lower case, as RDS writes it: "timezone", which is TimeZone in PostgreSQL
	DataType      string     `json:"dataType"`
	AllowedValues string     `json:"allowedValues,omitempty"` // "64-2147483647", or values with commas between them; "": any
	Unit          string     `json:"unit,omitempty"`          // of a number, as PostgreSQL writes it: B, kB, 8kB, MB, ms, s, min; "": none
	ApplyType     string     `json:"applyType"`
	Modifiable    Modifiable `json:"modifiable,omitempty"`
	Default       string     `json:"default,omitempty"` // that RDS sets itself, beside PostgreSQL's own; "": none, or not known
	Open          bool       `json:"open,omitempty"`    // RDS may have more values than AllowedValues
	// Switch tells that the parameter was a boolean until the version before, and that PostgreSQL still takes on and off for it. Whether RDS
	// takes off is not known.
	Switch bool `json:"switch,omitempty"`
}

// The data types and apply types of RDS.
const (
	Integer = "integer"
	Float   = "float"
	Boolean = "boolean"
	Text    = "string"
	List    = "list" // values with commas between them

	Static  = "static"  // it takes effect when the instance restarts
	Dynamic = "dynamic" // it takes effect at once
)

// Modifiable tells whether a parameter group may set a parameter.
type Modifiable string

// Whether a parameter group may set a parameter.
const (
	Settable Modifiable = ""        // it may
	Fixed    Modifiable = "no"      // RDS refuses it
	Unknown  Modifiable = "unknown" // PostgreSQL has the parameter, and nothing was found that says what RDS does
)

// Family is the parameter group family of a version of an engine: "postgres16" for "16" and "16.11" of postgres.
func Family(engine, version string) string {
	major, _, _ := strings.Cut(version, ".")
	return engine + major
}

// Of is the catalogue of a family. A family without one is of a later version, and has the newest catalogue, as one that is not complete:
// most of it stays true. The files are part of the program, and a test reads each.
func Of(family string) *Catalogue {
	if major, isAurora := strings.CutPrefix(family, auroraPrefix); isAurora {
		return auroraOf(major)
	}
	c := &Catalogue{}
	content, err := families.ReadFile("families/" + family + ".json")
	if errors.Is(err, fs.ErrNotExist) {
		all := Families()
		c = Of(all[len(all)-1])
		c.Family, c.Source, c.Complete = family, "the catalogue of "+c.Family, false
		return c
	}
	if err := cmp.Or(err, json.Unmarshal(content, c)); err != nil {
		panic(fmt.Sprintf("the catalogue of %s cannot be read: %s", family, err))
	}
	return c
}

// Families are the families that have a catalogue, the oldest first.
func Families() []string {
	entries, _ := families.ReadDir("families") // it is part of the program
	var names []string
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".json"))
	}
	return names
}

// Lookup finds a parameter by its name.
func (c *Catalogue) Lookup(name string) (Parameter, bool) {
	at, found := slices.BinarySearchFunc(c.Parameters, name, func(p Parameter, name string) int { return cmp.Compare(p.Name, name) })
	if !found {
		return Parameter{}, false
	}
	return c.Parameters[at], true
}

// Names are the names of all parameters that a parameter group may set.
func (c *Catalogue) Names() []string {
	var names []string
	for _, p := range c.Parameters {
		if p.Modifiable != Fixed {
			names = append(names, p.Name)
		}
	}
	return names
}

// AtRestart tells whether a parameter takes effect only when the instance restarts: if it is static, or not in the catalogue.
func (c *Catalogue) AtRestart(name string) bool {
	p, known := c.Lookup(name)
	return !known || p.ApplyType == Static
}

// ApplyMethod is the apply method of a value in RDS. RDS refuses "immediate" for a static parameter and accepts "pending-reboot" for both,
// so one that is not in the catalogue has that. For a parameter with its default value RDS reports "pending-reboot", so with "immediate"
// every run would show a change.
func (c *Catalogue) ApplyMethod(name, value string) string {
	if p, known := c.Lookup(name); known && p.ApplyType == Dynamic && (p.Default == "" || p.Default != value) {
		return "immediate"
	}
	return "pending-reboot"
}
