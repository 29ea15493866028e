// Package report writes Markdown about previews, drift and drills, within the size limits of GitHub.
package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Event is an entry of the engine's event log, as far as the reports use it. The Automation API reads the same log.
type Event struct {
	Step       *Step       `json:"resourcePreEvent"`
	Diagnostic *Diagnostic `json:"diagnosticEvent"`
	Summary    *Summary    `json:"summaryEvent"`
}

// Step is an operation on a resource.
type Step struct {
	Planning bool `json:"planning"` // whether it belongs to a preview
	Metadata struct {
		Op           string                     `json:"op"`
		URN          string                     `json:"urn"`
		Diffs        []string                   `json:"diffs"`
		DetailedDiff map[string]json.RawMessage `json:"detailedDiff"`
	} `json:"metadata"`
}

// Diagnostic is a message of the engine, a provider or the program.
type Diagnostic struct {
	Prefix   string `json:"prefix"`
	Message  string `json:"message"`
	Severity string `json:"severity"`
}

// Summary is the last event of a run.
type Summary struct {
	ResourceChanges map[string]int `json:"resourceChanges"`
}

// Events reads the events of a log one by one.
type Events struct{ decoder *json.Decoder }

// NewEvents reads events from a log.
func NewEvents(log io.Reader) *Events { return &Events{json.NewDecoder(log)} }

// Next returns the next event; io.EOF after the last one.
func (e *Events) Next() (event Event, err error) {
	err = e.decoder.Decode(&event)
	return event, err
}

// Log is what the event log of a preview says.
type Log struct {
	Steps    []string // a line for each operation on a resource, or on each property that it changes, without values; sorted
	Warnings []string // the first line of each warning, sorted
	Refusal  string   // the errors
	Summary  *Summary // nil: the log is truncated
}

// ReadLog reads the log of a preview. If the log is truncated, it returns an error and what it has read.
func ReadLog(text io.Reader) (Log, error) {
	var log Log
	steps, warnings := map[string]bool{}, map[string]bool{}
	events := NewEvents(text)
	for {
		event, err := events.Next()
		if err != nil {
			log.Steps, log.Warnings = slices.Sorted(maps.Keys(steps)), slices.Sorted(maps.Keys(warnings))
			if errors.Is(err, io.EOF) {
				return log, nil
			}
			return log, fmt.Errorf("the log of the preview: %w", err)
		}
		if event.Step != nil {
			for _, line := range event.Step.lines() {
				steps[line] = true
			}
		}
		if event.Diagnostic != nil {
			switch text := plain(event.Diagnostic.Message); event.Diagnostic.Severity {
			case "warning":
				first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
				warnings[first] = true
			case "error":
				log.Refusal += plain(event.Diagnostic.Prefix) + strings.TrimRight(text, "\n") + "\n"
			}
		}
		if event.Summary != nil {
			log.Summary = event.Summary
		}
	}
}

// lines are "operation type name property", one for each property that the operation changes.
func (s *Step) lines() []string {
	of := s.Metadata
	if of.Op == "same" || of.Op == "read" {
		return nil
	}
	properties := of.Diffs
	if of.DetailedDiff != nil {
		properties = slices.Collect(maps.Keys(of.DetailedDiff))
	}
	if len(properties) == 0 {
		properties = []string{""}
	}
	var lines []string
	for _, property := range properties {
		lines = append(lines, strings.TrimRight(of.Op+" "+Resource(of.URN)+" "+property, " "))
	}
	return lines
}

// colors matches the color tags in the engine's messages, such as <{%reset%}>.
var colors = regexp.MustCompile(`<\{%[^%]*%\}>`)

func plain(text string) string { return colors.ReplaceAllString(text, "") }
