package gitops

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

var (
	plain   = regexp.MustCompile(`^[A-Za-z][0-9A-Za-z_./-]*$`)
	special = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null)$`)
)

// block are the lines of a leaf below some names.
func block(indent int, path []string, value any) []string {
	var lines []string
	for i, name := range path {
		if !plain.MatchString(name) || special.MatchString(name) {
			name = asJSON(name)
		}
		line := strings.Repeat(" ", indent+2*i) + name + ":"
		if i == len(path)-1 {
			line += " " + asJSON(value) + " # " + mark
		}
		lines = append(lines, line)
	}
	return lines
}

func asJSON(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(fmt.Sprintf("a value that came from JSON: %v", err))
	}
	return strings.TrimSpace(text.String())
}

// set sets a leaf in a text.
func set(text string, l leaf) (string, error) {
	d, err := parse(text)
	if err != nil {
		return "", err
	}
	if d.root == nil || len(d.root.Content) == 0 {
		if d.root != nil { // {}
			d.lines = slices.Delete(d.lines, d.root.Line-1, d.root.Line)
		}
		d.lines = append(d.lines, block(0, l.path, l.value)...)
		return d.text(), nil
	}
	object := d.root
	for i, name := range l.path {
		at := strings.Join(l.path[:i+1], ".")
		if object.Style&yaml.FlowStyle != 0 || object.Anchor != "" {
			return "", errors.New("the object around " + at + " has an anchor or is written in braces: write it in block style")
		}
		indent := object.Content[0].Column - 1
		e, found := entryOf(object, name)
		if !found {
			last := len(object.Content)
			end := d.end(entry{object.Content[last-2], object.Content[last-1]})
			return d.replace(end+1, end, block(indent, l.path[i:], l.value)...), nil
		}
		hasMore := e.value.Kind == yaml.MappingNode && len(e.value.Content) > 0
		isLast := i == len(l.path)-1
		switch {
		case isLast && (d.has(e, l.value) || hasMore && isEmptyObject(l.value)):
			return text, nil
		case hasMore && !isLast:
			object = e.value
			continue
		case e.value.Anchor != "":
			return "", errors.New(at + " has an anchor, to which other values may refer: write it without the anchor")
		case hasMore || !isLast && !isNothing(e.value) && !d.isMarked(e):
			return "", fmt.Errorf("%s is an object in only one of the file and helmValues: correct helmValues, gitops.key or the file", at)
		}
		lines := block(indent, l.path[i:], l.value)
		if comment := strings.TrimPrefix(e.value.LineComment, "# "); comment != "" && !strings.HasPrefix(comment, mark) {
			lines[len(lines)-1] += "; " + comment
		}
		return d.replace(e.name.Line, d.end(e), lines...), nil
	}
	return text, nil
}

// removeOne removes the first entry below a key that this program wrote and that is no longer wanted; the path is nil if there is none.
func removeOne(text string, under []string, wanted []leaf) (path []string, without string, err error) {
	d, err := parse(text)
	if err != nil || d.root == nil {
		return nil, text, err
	}
	object := d.root
	for _, name := range under {
		e, found := entryOf(object, name)
		if !found || e.value.Kind != yaml.MappingNode {
			return nil, text, nil
		}
		object = e.value
	}
	path, e := d.obsolete(under, object, wanted)
	if path == nil {
		return nil, text, nil
	}
	return path, d.replace(e.name.Line, d.end(e)), nil
}

// obsolete finds the first entry of which nothing is wanted, and all was written by this program.
func (d *document) obsolete(path []string, object *yaml.Node, wanted []leaf) ([]string, entry) {
	for i := 0; i+1 < len(object.Content); i += 2 {
		e := entry{object.Content[i], object.Content[i+1]}
		at := append(slices.Clone(path), e.name.Value)
		isWanted := slices.ContainsFunc(wanted, func(l leaf) bool {
			return len(l.path) >= len(at) && slices.Equal(l.path[:len(at)], at)
		})
		if !isWanted && d.isOurs(e) {
			return at, e
		}
		if e.value.Kind == yaml.MappingNode {
			if found, below := d.obsolete(at, e.value, wanted); found != nil {
				return found, below
			}
		}
	}
	return nil, entry{}
}
