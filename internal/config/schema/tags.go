package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Rules are the rules that tags name.
type Rules map[string]Rule

// Of is the fields of a struct, in their order, bound to its values. A struct field is declared by its tags:
//
//	key       its name in the stack file; a struct field without one is not configured
//	doc       one sentence that says what it is
//	default   its value where it is not set: a text as it is, anything else as JSON; none: Go's zero
//	unset     the default in words, where it depends on something else; "none" at its beginning: an empty value says the same
//	rule      what the value, each item or each entry has to satisfy; of objects by name, their names
//	all       what all items or entries together have to satisfy
//	required  true: it has no default
//	secret    true: the value may be encrypted
//	free      why a change of it, or of a field of the object, changes nothing in the estimate; none: it changes the estimate
//	unnoticed why RDS changes nothing that clients notice when it changes; none: it has a row in the table of effects
//
// A rule is a range such as 1..99 or 1.., a choice such as gp3|io1|io2, or the name of one of the rules; several are joined by
// commas, and optional before them lets an empty text through. A text, list or object with another default than none is never
// empty: an empty value would not say whether it means none or the default. The fields of an embedded struct are those of the struct that has
// it. A wrong tag is a mistake of the program, and panics.
func Of(target any, rules Rules) []*Field {
	var fields []*Field
	value := reflect.ValueOf(target).Elem()
	for i := range value.NumField() {
		declared := value.Type().Field(i)
		if declared.Anonymous {
			fields = append(fields, Of(value.Field(i).Addr().Interface(), rules)...)
			continue
		}
		key, isField := declared.Tag.Lookup("key")
		if !isField {
			continue
		}
		tag := declared.Tag
		f := &Field{
			Key: key, Doc: tag.Get("doc"), Unset: tag.Get("unset"), Required: tag.Get("required") == "true", Secret: tag.Get("secret") == "true",
			Free: tag.Get("free"), Unnoticed: tag.Get("unnoticed"),
			Kind: kindFor(declared.Type), target: value.Field(i), fallback: tag.Get("default"),
		}
		f.rule, f.all = rules.parse(key, f.Kind, tag.Get("rule")), rules.parse(key, f.Kind, tag.Get("all"))
		if f.HasDefault() && strings.HasPrefix(tag.Get("rule"), "optional,") {
			panic(fmt.Sprintf("the tag of %s: an empty text is not its default, %s", key, f.defaultText()))
		}
		switch f.Kind {
		case Object:
			f.Fields = Of(f.target.Addr().Interface(), rules)
		case Objects, ObjectList:
			f.fieldsOf = func(object any) []*Field { return Of(object, rules) }
			f.Fields = f.fieldsOf(f.object("").Interface())
			for _, inner := range f.Fields {
				inner.SetDefault()
			}
		default: // a value of its own
		}
		fields = append(fields, f)
	}
	return fields
}

// parse reads the rules of a tag.
func (rules Rules) parse(key string, kind Kind, text string) Rule {
	var all Rule
	if text == "" {
		return all
	}
	var optional bool
	for name := range strings.SplitSeq(text, ",") {
		if name == "optional" {
			optional = true
			continue
		}
		rule, err := rules.one(kind, name)
		if err != nil {
			panic(fmt.Sprintf("the tag of %s: %v", key, err))
		}
		all = all.And(rule)
	}
	if optional {
		all = all.Optional()
	}
	return all
}

// one is the rule of a range, of a choice or of a name.
func (rules Rules) one(kind Kind, text string) (Rule, error) {
	if low, high, isRange := strings.Cut(text, ".."); isRange {
		least, err := strconv.Atoi(low)
		if err != nil || high == "" {
			return atLeast(least), err
		}
		most, err := strconv.Atoi(high)
		return between(least, most), err
	}
	if !strings.Contains(text, "|") {
		rule, ok := rules[text]
		if !ok {
			return Rule{}, fmt.Errorf("there is no rule %s", text)
		}
		return rule, nil
	}
	choice := strings.Split(text, "|")
	if kind != Integer {
		return OneOf(choice...), nil
	}
	var numbers []int
	err := json.Unmarshal([]byte("["+strings.Join(choice, ",")+"]"), &numbers)
	return oneOfInts(numbers), err
}

// kindFor is the kind of value that a Go type takes.
func kindFor(t reflect.Type) Kind {
	switch t.Kind() {
	case reflect.String:
		return String
	case reflect.Int:
		return Integer
	case reflect.Float64:
		return Number
	case reflect.Bool:
		return Boolean
	case reflect.Struct:
		return Object
	case reflect.Map:
		if t.Elem().Kind() == reflect.Interface {
			return Tree
		}
		return Map
	case reflect.Slice:
		switch t.Elem().Kind() {
		case reflect.String:
			return List
		case reflect.Struct:
			return ObjectList
		default:
			return Objects
		}
	default:
		panic(fmt.Sprintf("a stack file has no value of type %s", t))
	}
}
