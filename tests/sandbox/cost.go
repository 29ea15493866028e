package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// cost prints the estimate of a stack file and what changes since another version of it. It does not look at what is deployed; a
// preview does.
func (s *sandbox) cost(c invocation, base string, as format) error {
	report, err := priced(s.project, c.stack, c.overrides)
	if err != nil {
		return err
	}
	if base != "" {
		before, err := priced(base, c.stack, nil)
		if err != nil {
			s.say("nothing to compare with: %v", err)
		} else {
			report.Before, report.Compared = before.Estimate.Lines, true
		}
	}
	text, err := formatted(report, as)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(s.stdout, text)
	return err
}

// format is how a report is written, a flag.
type format string

const (
	asText     format = "text"
	asMarkdown format = "markdown"
	asJSON     format = "json"
)

// Set takes one of them.
func (f *format) Set(text string) error {
	if *f = format(text); *f != asText && *f != asMarkdown && *f != asJSON {
		return errors.New("write text, markdown or json")
	}
	return nil
}

// String is how it is written.
func (f *format) String() string { return string(*f) }

// Type is what the help calls it.
func (f *format) Type() string { return "format" }

func formatted(report cost.Report, as format) (string, error) {
	switch as {
	case asMarkdown:
		return report.Markdown(), nil
	case asJSON:
		return report.JSON()
	case asText:
	}
	return report.Text(), nil
}

// priced estimates a stack file with overrides.
func priced(project, stack string, overrides []engine.Override) (cost.Report, error) {
	cfg, err := loaded(project, stack, overrides)
	if err != nil {
		return cost.Report{}, err
	}
	return cost.NewReport(cfg, len(monitoring.Alarms(cfg)))
}

// loaded is the configuration of a stack file with overrides.
func loaded(project, stack string, overrides []engine.Override) (*config.Config, error) {
	values, err := engine.StackConfig(project, stack, overrides...)
	if err != nil {
		return nil, err
	}
	file, err := config.ReadStackFile(project, stack)
	if err != nil {
		return nil, err
	}
	keys := slices.AppendSeq(file.Keys, maps.Keys(values)) // also those of the overrides
	slices.Sort(keys)
	file.Keys = slices.Compact(keys)
	return config.Load(stackValues(values), stack, file)
}

// stackValues are configuration values that do not come from an engine.
type stackValues map[string]string

// IsConfigSecret is false, because encrypted values are left out.
func (s stackValues) IsConfigSecret(string) bool { return false }

func (s stackValues) GetConfig(key string) (string, bool) {
	value, ok := s[key]
	return value, ok
}
