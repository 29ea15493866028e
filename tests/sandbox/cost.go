package main

import (
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
func (s *sandbox) cost(c invocation, base, format string) error {
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
	text, err := formatted(report, format)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(s.stdout, text)
	return err
}

func formatted(report cost.Report, format string) (string, error) {
	switch format {
	case "text":
		return report.Text(), nil
	case "markdown":
		return report.Markdown(), nil
	case "json":
		return report.JSON()
	}
	return "", fmt.Errorf("--format %q: write text, markdown or json", format)
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
