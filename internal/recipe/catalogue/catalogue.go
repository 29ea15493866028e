// Package catalogue writes the catalogues of parameters from RDS's own answers.
package catalogue

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mosaic-stories/mosaic-database/internal/parameters"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/awscli"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

const command = "describe-engine-default-parameters"

// answered is a parameter in the answer of RDS.
type answered struct {
	ParameterName, ParameterValue, Description, ApplyType, DataType, AllowedValues string
	IsModifiable                                                                   bool
}

// Run asks RDS in a region for the parameters of every family that has a catalogue, and writes the catalogues into a folder. It writes all of
// them, or with an error none.
func Run(ctx context.Context, recipe *run.Recipe, region, folder string) error {
	cli, err := awscli.New(ctx, recipe, region)
	if err != nil {
		return err
	}
	var all []*parameters.Catalogue
	for _, family := range parameters.Families() {
		var answer []answered
		cli.Read(cli.Output("rds", command, "--db-parameter-group-family", family, "--query", "EngineDefaults.Parameters", "--output", "json"), &answer)
		if cli.Err != nil {
			return cli.Err
		}
		c, err := from(answer, parameters.Of(family))
		if err != nil {
			return err
		}
		all = append(all, c)
	}
	for _, c := range all {
		content, err := Format(c)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, c.Family+".json"), content, 0o644); err != nil { //nolint:gosec // G306: it is committed
			return fmt.Errorf("writing the catalogue of %s: %w", c.Family, err)
		}
		recipe.Say("%s: %d parameters", c.Family, len(c.Parameters))
	}
	return nil
}

// described finds the unit, with which RDS begins most descriptions.
var described = regexp.MustCompile(`^\s*\((B|kB|8kB|MB|ms|s|min)\)`)

// from is the catalogue of an answer. Where RDS does not say the unit of a number, it is that of the catalogue before.
func from(answer []answered, before *parameters.Catalogue) (*parameters.Catalogue, error) {
	c := &parameters.Catalogue{
		Family: before.Family, Source: "aws rds " + command, Date: time.Now().UTC().Format(time.DateOnly), Complete: true,
	}
	for _, a := range answer {
		p := parameters.Parameter{
			Name: strings.ToLower(a.ParameterName), DataType: a.DataType, AllowedValues: strings.ReplaceAll(a.AllowedValues, ", ", ","),
			ApplyType: a.ApplyType, Default: a.ParameterValue,
		}
		if !a.IsModifiable {
			p.Modifiable = parameters.Fixed
		}
		if p.DataType == parameters.Integer || p.DataType == parameters.Float {
			earlier, _ := before.Lookup(p.Name)
			p.Unit = earlier.Unit
			if unit := described.FindStringSubmatch(a.Description); unit != nil {
				p.Unit = unit[1]
			}
			if p.Range() == "" {
				p.AllowedValues = ""
			}
		}
		if err := understood(p); err != nil {
			return nil, fmt.Errorf("the answer of RDS for %s: %w; package catalogue has to learn that", before.Family, err)
		}
		c.Parameters = append(c.Parameters, p)
	}
	if len(c.Parameters) == 0 {
		return nil, fmt.Errorf("RDS has no parameters of %s", before.Family)
	}
	slices.SortFunc(c.Parameters, func(a, b parameters.Parameter) int { return cmp.Compare(a.Name, b.Name) })
	c.Parameters = slices.CompactFunc(c.Parameters, func(a, b parameters.Parameter) bool { return a.Name == b.Name })
	return c, nil
}

// understood refuses what the rules for values would take for something else.
func understood(p parameters.Parameter) error {
	types := []string{parameters.Integer, parameters.Float, parameters.Boolean, parameters.Text, parameters.List}
	switch {
	case p.Name == "":
		return fmt.Errorf("a parameter has no name")
	case !slices.Contains(types, p.DataType):
		return fmt.Errorf("the data type of %s is %q", p.Name, p.DataType)
	case p.ApplyType != parameters.Static && p.ApplyType != parameters.Dynamic:
		return fmt.Errorf("the apply type of %s is %q", p.Name, p.ApplyType)
	}
	return nil
}

// Format is a catalogue as its file has it: a line for each parameter, so that a difference reads as one.
func Format(c *parameters.Catalogue) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	head := *c
	head.Parameters = nil
	if err := encoder.Encode(head); err != nil {
		return nil, fmt.Errorf("writing the catalogue of %s: %w", c.Family, err)
	}
	b.Truncate(b.Len() - len("null}\n"))
	for i, p := range c.Parameters {
		b.WriteString(map[bool]string{true: "[\n", false: ","}[i == 0])
		if err := encoder.Encode(p); err != nil {
			return nil, fmt.Errorf("writing the catalogue of %s: %w", c.Family, err)
		}
	}
	b.WriteString("]}\n")
	return b.Bytes(), nil
}
