package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Written checks how a value stands in the file. YAML reads some of what people write as something else, 05432 as 2842 and 16.10 as
// 16.1, and [Field.Decode], which gets what the engine read, cannot see it. The keys of the problems are relative to the field.
func (f *Field) Written(node *yaml.Node) Problems {
	switch f.Kind {
	case Object:
		return below(node, f.writtenField)
	case Objects, ObjectList:
		return below(node, func(_ string, object *yaml.Node) Problems { return below(object, f.writtenField) })
	case List, Map:
		return below(node, f.writtenValue)
	case Tree:
		return writtenTree(node)
	default:
		return f.writtenValue("", node)
	}
}

func (f *Field) writtenField(name string, value *yaml.Node) Problems {
	if i := slices.IndexFunc(f.Fields, func(inner *Field) bool { return inner.Key == name }); i >= 0 {
		return f.Fields[i].Written(value)
	}
	return nil // unknown, which Decode reports
}

// writtenValue checks a single value, which in a map has a name.
func (f *Field) writtenValue(name string, node *yaml.Node) Problems {
	s, differs := readingOf(node)
	isNumber := s.kind == Integer || s.kind == Number
	problem := Problem{Value: f.rule.show(s.text)}
	switch forNumber := f.Kind == Integer || f.Kind == Number; {
	case !differs, f.Kind == Boolean, forNumber && !isNumber, f.rule.Unquoted != nil && s.kind == Boolean:
		return nil // right, or of another type, which Decode reports
	case isNumber && (forNumber || f.rule.Unquoted != nil):
		if json.Valid([]byte(s.text)) {
			return nil // 19.50 and 1e3 are the same to everybody
		}
		problem.Rule = "a number in decimal digits, without a zero before it: YAML reads this one as " + s.read
		problem.Fix = cmp.Or(f.advice(name, s.plain()), s.plain())
	case f.rule.Confidential:
		problem.Rule, problem.Fix = "a text: YAML reads this one as another", "it in quotes"
	default:
		problem.Rule = "a text: YAML reads this one as " + s.read
		problem.Fix = cmp.Or(f.advice(name, s.text), `"`+Show(s.text)+`"`) + ", in quotes"
	}
	return Problems{problem}
}

// advice is what the field's rule has against what would be written instead; "": nothing.
func (f *Field) advice(name, text string) string {
	var value any = text
	switch f.Kind {
	case Map:
		value = Entry{name, text}
	case Integer:
		number, err := strconv.Atoi(text)
		if err != nil {
			return "a whole number"
		}
		value = number
	case Number:
		value, _ = strconv.ParseFloat(text, 64) // it is a number, if not one that there is
	default: // a text
	}
	if f.rule.check == nil {
		return ""
	}
	return f.rule.check(value)
}

// writtenTree checks all that is in an object of any shape. Nobody knows which of the two a value is meant to be.
func writtenTree(node *yaml.Node) Problems {
	if s, differs := readingOf(node); differs {
		fix := `"` + Show(s.text) + `", in quotes`
		if s.kind != String {
			fix += "; or " + s.read
		}
		return Problems{{Value: Show(s.text), Rule: "a value that YAML reads as it is written: it reads this one as " + s.read, Fix: fix}}
	}
	return below(node, func(_ string, value *yaml.Node) Problems { return writtenTree(value) })
}

// below is the problems of what is below a node: of each name that YAML reads as another one, and of each value.
func below(node *yaml.Node, check func(name string, value *yaml.Node) Problems) Problems {
	var problems Problems
	node = target(node)
	for i := 0; i < len(node.Content); i++ {
		if node.Kind == yaml.SequenceNode {
			problems = append(problems, check("", node.Content[i]).Under(fmt.Sprintf("[%d]", i))...)
			continue
		}
		name := node.Content[i]
		i++
		value := node.Content[i]
		if name.ShortTag() == "!!merge" {
			problems = append(problems, merged(value, check)...)
			continue
		}
		key := "." + name.Value
		if s, differs := readingOf(name); differs || s.kind == "null" {
			problems = append(problems, Problem{Key: key, Rule: "a name that YAML reads as it is written: it reads this one as " + s.read,
				Fix: `"` + Show(s.text) + `", in quotes`})
			continue
		}
		problems = append(problems, check(name.Value, value).Under(key)...)
	}
	return problems
}

// merged is the problems of what << brings into an object: one object, or several.
func merged(value *yaml.Node, check func(name string, value *yaml.Node) Problems) Problems {
	value = target(value)
	if value.Kind == yaml.MappingNode {
		return below(value, check)
	}
	var problems Problems
	for _, item := range value.Content {
		problems = append(problems, below(item, check)...)
	}
	return problems
}

// target is the node that an alias stands for.
func target(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// reading is a scalar of the file: its text, and what Pulumi hands on of it, a text as it is and all else as JSON.
type reading struct {
	text, read string
	kind       Kind // of what is read
}

// readingOf reads a scalar, and tells whether what is read is something else than its text. Nothing at all, which YAML has several words for,
// is always the same.
func readingOf(node *yaml.Node) (s reading, differs bool) {
	node = target(node)
	var value any
	if node.Kind != yaml.ScalarNode || node.Decode(&value) != nil {
		return reading{kind: Object}, false
	}
	s = reading{text: node.Value, kind: String}
	switch value := value.(type) {
	case string:
		s.read = value
	case time.Time:
		s.read = value.String() // as Pulumi hands it on: configuration has no times
	default:
		raw, err := json.Marshal(value)
		if err != nil {
			return reading{kind: Object}, false // an infinite number, which Pulumi refuses
		}
		s.read, s.kind = string(raw), kindOf(raw)
	}
	return s, s.kind != "null" && s.read != s.text
}

// plain is the number that a person sees, in decimal digits.
func (s reading) plain() string {
	if number, ok := plainNumber(s.text); ok {
		return number
	}
	return s.read
}

// plainNumber is a number without what only YAML or people take for a part of it: a plus, zeros before it, underscores in it.
func plainNumber(text string) (string, bool) {
	digits := strings.ReplaceAll(strings.TrimPrefix(text, "+"), "_", "")
	if digits == "" {
		return "", false
	}
	number := strings.TrimLeft(digits, "0")
	if number == "" || number[0] == '.' {
		number = "0" + number
	}
	raw := json.RawMessage(number)
	if kind := kindOf(raw); !json.Valid(raw) || kind != Integer && kind != Number {
		return "", false
	}
	return number, true
}
