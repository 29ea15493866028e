package adoption

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
)

// preview is what pulumi preview --json prints.
type preview struct {
	Steps       []planned
	Diagnostics []struct{ Severity, Message string }
}

// planned is what a run would do with a resource.
type planned struct {
	Op, URN                     string
	DiffReasons, ReplaceReasons []string
	OldState, NewState          struct{ Inputs map[string]any }
}

func readPreview(text string) (*preview, error) {
	p := &preview{}
	if err := json.Unmarshal([]byte(text), p); err != nil {
		return nil, fmt.Errorf("reading the preview: %w", err)
	}
	return p, nil
}

// failures are the errors of a preview that failed; "" if the text is none.
func failures(text string) string {
	p, err := readPreview(text)
	if err != nil {
		return ""
	}
	var all []string
	for _, d := range p.Diagnostics {
		if d.Severity == "error" {
			all = append(all, strings.TrimSpace(d.Message))
		}
	}
	return strings.Join(all, "\n")
}

// inputs are those that the program gives a resource.
func (p *preview) inputs(kind, name string) map[string]any {
	for _, s := range p.Steps {
		if report.Resource(s.URN) == kind+" "+name {
			return s.NewState.Inputs
		}
	}
	return map[string]any{}
}

// refused are the steps that replace or delete something, or make what has to be there: another password, for one, would lock everybody out.
func (p *preview) refused(there ...string) []string {
	var all []string
	for _, s := range p.Steps {
		label := report.Resource(s.URN)
		switch {
		case s.Op == "create" && slices.Contains(there, label):
			all = append(all, "create "+label+", which exists")
		case strings.Contains(s.Op, "replace"), strings.Contains(s.Op, "delete"):
			line := s.Op + " " + label
			if len(s.ReplaceReasons) > 0 {
				line += ", because of " + strings.Join(s.ReplaceReasons, ", ")
			}
			all = append(all, line)
		}
	}
	return all
}

// lines are the changes of what exists, property by property, and what is made, for a person to read.
func (p *preview) lines() []string {
	var changed, made []string
	for _, s := range p.Steps {
		switch s.Op {
		case "update":
			changed = append(changed, "  changes "+report.Resource(s.URN)+"\n"+s.changes())
		case "create":
			made = append(made, "  makes "+report.Resource(s.URN)+"\n")
		}
	}
	slices.Sort(made)
	return append(changed, made...)
}

// changes are the changes of an update.
func (s planned) changes() string {
	var out strings.Builder
	for _, path := range s.DiffReasons {
		name, _, _ := strings.Cut(path, ".")
		name, _, _ = strings.Cut(name, "[")
		fmt.Fprintf(&out, "    %s: %s → %s\n", name, shown(s.OldState.Inputs, name), shown(s.NewState.Inputs, name))
	}
	return out.String()
}

// unknown is what a preview has in place of a value that only an up knows.
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

// most is how many characters of a value are shown: policies are long.
const most = 100

// shown is an input as JSON.
func shown(inputs map[string]any, name string) string {
	value, has := inputs[name]
	if !has {
		return "not known"
	}
	text, _ := json.Marshal(value) // it was JSON
	line := []rune(strings.ReplaceAll(string(text), unknown, "what it makes"))
	if len(line) > most {
		return string(line[:most]) + "…"
	}
	return string(line)
}
