package simcloud

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// rule is one of the API server's for a field: a path such as spec.ports[].port, and what is wrong with a value; nil: there is none.
type rule struct {
	path  string
	wrong func(path *field.Path, value any) field.ErrorList
}

// checkRules checks the values of a manifest. What a path leads through has to be there, the field itself not.
func checkRules(manifest Properties, rules []rule) field.ErrorList {
	var all field.ErrorList
	for _, r := range rules {
		all = append(all, r.check(nil, map[string]any(manifest), strings.Split(r.path, "."))...)
	}
	return all
}

func (r rule) check(at *field.Path, in any, path []string) field.ErrorList {
	object, ok := in.(map[string]any)
	if !ok {
		return nil
	}
	name, list := strings.CutSuffix(path[0], "[]")
	value, at := object[name], at.Child(name)
	if !list {
		return r.descend(at, value, path[1:])
	}
	var all field.ErrorList
	items, _ := value.([]any)
	for i, item := range items {
		all = append(all, r.descend(at.Index(i), item, path[1:])...)
	}
	return all
}

func (r rule) descend(at *field.Path, value any, path []string) field.ErrorList {
	if len(path) == 0 {
		return r.wrong(at, value)
	}
	return r.check(at, value, path)
}

func required(path *field.Path, value any) field.ErrorList {
	items, list := value.([]any)
	if value == nil || value == "" || list && len(items) == 0 {
		return field.ErrorList{field.Required(path, "")}
	}
	return nil
}

// text checks a string that is there.
func text(wrong func(path *field.Path, value string) field.ErrorList) func(*field.Path, any) field.ErrorList {
	return func(path *field.Path, value any) field.ErrorList {
		if s, ok := value.(string); ok && s != "" {
			return wrong(path, s)
		}
		return nil
	}
}

func oneOf(values ...string) func(*field.Path, any) field.ErrorList {
	return text(func(path *field.Path, value string) field.ErrorList {
		if slices.Contains(values, value) {
			return nil
		}
		return field.ErrorList{field.NotSupported(path, value, values)}
	})
}

func formed(check func(string) []string) func(*field.Path, any) field.ErrorList {
	return text(func(path *field.Path, value string) field.ErrorList {
		var all field.ErrorList
		for _, wrong := range check(value) {
			all = append(all, field.Invalid(path, value, wrong))
		}
		return all
	})
}

// matching is a pattern of a custom resource's schema.
func matching(pattern string) func(*field.Path, any) field.ErrorList {
	return text(func(path *field.Path, value string) field.ErrorList {
		if regexp.MustCompile(pattern).MatchString(value) {
			return nil
		}
		return field.ErrorList{field.Invalid(path, value, fmt.Sprintf("%s in body should match '%s'", path, pattern))}
	})
}

func notNegative(path *field.Path, value any) field.ErrorList {
	if n, ok := value.(float64); ok {
		return apivalidation.ValidateNonnegativeField(int64(n), path)
	}
	return nil
}

func port(path *field.Path, value any) field.ErrorList {
	var all field.ErrorList
	if n, ok := value.(float64); ok {
		for _, wrong := range validation.IsValidPortNum(int(n)) {
			all = append(all, field.Invalid(path, int(n), wrong))
		}
	}
	return all
}

func labelled(at ...string) func(*field.Path, any) field.ErrorList {
	return func(_ *field.Path, value any) field.ErrorList {
		given, _ := value.(map[string]any)
		set := map[string]string{}
		for name := range given {
			set[name], _ = given[name].(string)
		}
		return metavalidation.ValidateLabels(set, field.NewPath(at[0], at[1:]...))
	}
}

// keys are those of a ConfigMap.
func keys(path *field.Path, value any) field.ErrorList {
	data, _ := value.(map[string]any)
	var all field.ErrorList
	for _, name := range slices.Sorted(maps.Keys(data)) {
		for _, wrong := range validation.IsConfigMapKey(name) {
			all = append(all, field.Invalid(path.Key(name), name, wrong))
		}
	}
	return all
}

// checkMetadata checks the metadata of an object by the API server's own code.
func checkMetadata(k kind, metadata *metav1.ObjectMeta) field.ErrorList {
	name := k.name
	if name == nil {
		name = apivalidation.NameIsDNSSubdomain
	}
	return apivalidation.ValidateObjectMeta(metadata, k.namespaced, name, field.NewPath("metadata"))
}
