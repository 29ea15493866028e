package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// decodeObject reads the fields of an object; one that it does not have is a problem.
func decodeObject(name string, fields []*Field, raw json.RawMessage) Problems {
	values, ok := parseJSON[map[string]json.RawMessage](raw)
	if !ok {
		return Object.mismatch("", raw)
	}
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.Key
	}
	var problems Problems
	for _, given := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(known, given) {
			problems = append(problems, Unknown(".", given, name+" has no such field", known))
		}
	}
	for _, f := range fields {
		if value, ok := values[f.Key]; ok {
			problems = append(problems, f.Decode(value).Under("."+f.Key)...)
		}
	}
	return problems
}

// decodeObjects reads an object for each name: the target is a slice of pointers to structs, which say in Name what they are called.
func (f *Field) decodeObjects(raw json.RawMessage) Problems {
	entries, ok := parseJSON[map[string]json.RawMessage](raw)
	if !ok {
		return Objects.mismatch("", raw)
	}
	var problems Problems
	objects := reflect.MakeSlice(f.target.Type(), 0, len(entries))
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if wrong := f.rule.judge("."+name, name, Show(name)); wrong != nil {
			problems = append(problems, wrong...)
			continue
		}
		object := f.object(name)
		objects = reflect.Append(objects, object)
		fields := f.fieldsOf(object.Interface())
		for _, inner := range fields {
			inner.SetDefault()
		}
		problems = append(problems, decodeObject("an entry of "+f.Key, fields, entries[name]).Under("."+name)...)
	}
	f.target.Set(objects)
	return problems
}

// decodeObjectList reads a list of objects: the target is a slice of structs.
func (f *Field) decodeObjectList(raw json.RawMessage) Problems {
	items, ok := parseJSON[[]json.RawMessage](raw)
	if !ok {
		return ObjectList.mismatch("", raw)
	}
	var problems Problems
	objects := reflect.MakeSlice(f.target.Type(), 0, len(items))
	for i, item := range items {
		object := f.object("")
		fields := f.fieldsOf(object.Interface())
		for _, inner := range fields {
			inner.SetDefault()
		}
		problems = append(problems, decodeObject("an item of "+f.Key, fields, item).Under(fmt.Sprintf("[%d]", i))...)
		objects = reflect.Append(objects, object.Elem())
	}
	f.target.Set(objects)
	return problems
}

// object is a new object, of a name if it is one of those by name.
func (f *Field) object(name string) reflect.Value {
	if f.Kind == ObjectList {
		return reflect.New(f.target.Type().Elem())
	}
	object := reflect.New(f.target.Type().Elem().Elem())
	object.Elem().FieldByName("Name").SetString(name)
	return object
}

// Unknown is the problem of a name that is not one of the known. Its value is not shown: under a wrong name, it may be anything.
func Unknown(prefix, name, rule string, known []string) Problem {
	near := Closest(name, known)
	if near == "" {
		return Problem{Key: prefix + name, Rule: rule, Fix: "one of " + strings.Join(known, ", ") + "; or remove the line"}
	}
	return Problem{Key: prefix + name, Rule: rule + "; did you mean " + near + "?", Fix: near, Meant: prefix + near}
}
