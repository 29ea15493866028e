package gitops

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// mark is the comment on each line that this program wrote.
const mark = "mosaic-database"

var marked = regexp.MustCompile(`\s# ` + mark + `\b`)

// document is a YAML text, by lines and as nodes, which know their lines.
type document struct {
	lines []string
	root  *yaml.Node // the object; nil: there is nothing
}

func parse(text string) (*document, error) {
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil {
		return nil, fmt.Errorf("it is not YAML: %w", err)
	}
	d := &document{}
	if text = strings.TrimSuffix(text, "\n"); text != "" {
		d.lines = strings.Split(text, "\n")
	}
	if len(node.Content) > 0 && node.Content[0].Kind == yaml.MappingNode {
		d.root = node.Content[0]
	}
	return d, nil
}

func (d *document) text() string { return strings.Join(d.lines, "\n") + "\n" }

// replace puts lines in the place of those from one to another, which are counted from 1.
func (d *document) replace(from, to int, lines ...string) string {
	d.lines = slices.Replace(d.lines, from-1, to, lines...)
	return d.text()
}

// entry is a name in an object, with its value.
type entry struct{ name, value *yaml.Node }

func entryOf(object *yaml.Node, name string) (entry, bool) {
	for i := 0; i+1 < len(object.Content); i += 2 {
		if object.Content[i].Value == name {
			return entry{object.Content[i], object.Content[i+1]}, true
		}
	}
	return entry{}, false
}

// isMarked tells whether this program wrote the entry.
func (d *document) isMarked(e entry) bool { return marked.MatchString(d.lines[e.name.Line-1]) }

// end is the last line of an entry: that before the next one, without blank lines and comments in between, unless these are
// indented more than its name.
func (d *document) end(e entry) int {
	last := len(d.lines)
	var walk func(*yaml.Node)
	walk = func(node *yaml.Node) {
		if node == e.value {
			return
		}
		if node.Line > e.name.Line {
			last = min(last, node.Line-1)
		}
		for _, below := range node.Content {
			walk(below)
		}
	}
	walk(d.root)
	for last > e.name.Line {
		line := strings.TrimLeft(d.lines[last-1], " ")
		indent := len(d.lines[last-1]) - len(line)
		if isComment := strings.HasPrefix(line, "#") && indent < e.name.Column; strings.TrimSpace(line) != "" && !isComment {
			break
		}
		last--
	}
	return last
}

// has tells whether an entry has a value already.
func (d *document) has(e entry, value any) bool {
	var there any
	return e.value.Decode(&there) == nil && reflect.DeepEqual(there, value)
}

// isNothing tells whether a node is null or an empty object.
func isNothing(node *yaml.Node) bool {
	return node.Tag == "!!null" || node.Kind == yaml.MappingNode && len(node.Content) == 0
}

// isOurs tells whether this program wrote all of an entry.
func (d *document) isOurs(e entry) bool {
	if e.value.Kind != yaml.MappingNode || len(e.value.Content) == 0 {
		return d.isMarked(e)
	}
	for i := 0; i+1 < len(e.value.Content); i += 2 {
		if !d.isOurs(entry{e.value.Content[i], e.value.Content[i+1]}) {
			return false
		}
	}
	return true
}
