package pricelist

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/cost/prices"
)

// table is the folder of internal/cost/prices.
type table string

func (t table) file(region string) string { return filepath.Join(string(t), region+".json") }

// read reads the prices of a region; none if the table has no such region.
func (t table) read(region string) (prices.Region, error) {
	var r prices.Region
	text, err := os.ReadFile(t.file(region))
	if errors.Is(err, fs.ErrNotExist) {
		return prices.Region{}, nil
	}
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("reading %s: %w", t.file(region), err)
	}
	return r, nil
}

// regions are the regions that the table has.
func (t table) regions() ([]string, error) {
	files, err := filepath.Glob(t.file("*-*"))
	if err != nil {
		return nil, err
	}
	var all []string
	for _, file := range files {
		name := filepath.Base(file)
		all = append(all, name[:len(name)-len(".json")])
	}
	return all, nil
}

// write replaces the prices of a region, whole or not at all.
func (t table) write(region string, r prices.Region) error {
	text, err := encode(r)
	if err != nil {
		return err
	}
	temporary := t.file(region) + ".new"
	if err := os.WriteFile(temporary, text, 0o644); err != nil { //nolint:gosec // a file of the repository
		return err
	}
	return os.Rename(temporary, t.file(region))
}

// encode writes each price on one line, sorted, so that a difference shows what changed.
func encode(r prices.Region) ([]byte, error) {
	var out bytes.Buffer
	err := errors.Join(section(&out, "{\n", "sources", r.Sources), section(&out, ",\n", "instanceHour", r.InstanceHour), section(&out, ",\n", "item", r.Item))
	out.WriteString("\n}\n")
	return out.Bytes(), err
}

func section[V any](out *bytes.Buffer, begin, name string, values map[string]V) error {
	fmt.Fprintf(out, "%s  %q: {", begin, name)
	separator := "\n"
	for _, key := range slices.Sorted(maps.Keys(values)) {
		field, err := line(key)
		if err != nil {
			return err
		}
		value, err := line(values[key])
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s    %s: %s", separator, field, value)
		separator = ",\n"
	}
	out.WriteString("\n  }")
	return nil
}

// line is a value as JSON, with < and & as they are.
func line(value any) (string, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return strings.TrimSpace(out.String()), err
}
