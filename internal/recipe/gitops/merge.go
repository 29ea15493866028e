package gitops

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// leaf is a value at the end of a path: all but an object that has something in it.
type leaf struct {
	path  []string
	value any
}

// leaves are those of a tree, sorted.
func leaves(path []string, node any) []leaf {
	object, ok := node.(map[string]any)
	if !ok || len(object) == 0 {
		return []leaf{{path, node}}
	}
	var all []leaf
	for _, name := range slices.Sorted(maps.Keys(object)) {
		all = append(all, leaves(append(slices.Clone(path), name), object[name])...)
	}
	return all
}

// merge puts values under a key of a YAML text. What it wrote before, and the values no longer have, it removes. All else stays as it
// is, down to comments and blank lines: the result is compared with what was there.
func merge(text, key string, values []byte) (string, error) {
	var given map[string]any
	if err := yaml.Unmarshal(values, &given); err != nil { // JSON is YAML
		return "", fmt.Errorf("the values are not an object: %w", err)
	}
	var under []string
	if key != "." {
		under = strings.Split(key, ".")
	}
	wanted := leaves(under, given)
	want, err := read(text)
	if err != nil {
		return "", err
	}
	before := text
	for {
		path, without, err := removeOne(text, under, wanted)
		if err != nil {
			return "", err
		}
		if path == nil {
			break
		}
		text = without
		remove(want, path)
	}
	for _, leaf := range wanted {
		if text, err = set(text, leaf); err != nil {
			return "", err
		}
		put(want, leaf)
	}
	got, err := read(text)
	if err != nil || !reflect.DeepEqual(got, want) || !hasComments(text, before) {
		return "", errors.New("the values cannot be written without changing something else in it: write " + key + " in block style, a name on each line")
	}
	return text, nil
}

// read decodes a text that has one object.
func read(text string) (map[string]any, error) {
	object := map[string]any{}
	decoder := yaml.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&object); err != nil && strings.TrimSpace(text) != "" && err.Error() != "EOF" {
		return nil, fmt.Errorf("it is not a YAML object: %w", err)
	}
	if err := decoder.Decode(&yaml.Node{}); err == nil {
		return nil, errors.New("it has several documents: name a file that has one")
	}
	if object == nil { // null
		object = map[string]any{}
	}
	return object, nil
}

// put sets a leaf in decoded values. An empty object leaves what is there.
func put(into map[string]any, l leaf) {
	last := len(l.path) - 1
	for _, name := range l.path[:last] {
		below, ok := into[name].(map[string]any)
		if !ok {
			below = map[string]any{}
			into[name] = below
		}
		into = below
	}
	if _, isObject := into[l.path[last]].(map[string]any); isObject && isEmptyObject(l.value) {
		return
	}
	into[l.path[last]] = l.value
}

func isEmptyObject(value any) bool {
	object, ok := value.(map[string]any)
	return ok && len(object) == 0
}

// remove takes a path out of decoded values.
func remove(from map[string]any, path []string) {
	last := len(path) - 1
	for _, name := range path[:last] {
		from, _ = from[name].(map[string]any)
	}
	delete(from, path[last])
}

// hasComments tells whether every comment of another text is in the text.
func hasComments(text, other string) bool {
	var document yaml.Node
	if yaml.Unmarshal([]byte(other), &document) != nil {
		return false
	}
	all := true
	var walk func(*yaml.Node)
	walk = func(node *yaml.Node) {
		for comment := range strings.Lines(node.HeadComment + "\n" + node.LineComment + "\n" + node.FootComment) {
			comment = strings.TrimSpace(comment)
			behind := "# " + mark + "; " + strings.TrimPrefix(comment, "# ")
			all = all && (strings.HasPrefix(comment, "# "+mark) || strings.Contains(text, comment) || strings.Contains(text, behind))
		}
		for _, below := range node.Content {
			walk(below)
		}
	}
	walk(&document)
	return all
}
