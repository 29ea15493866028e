package simcloud

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// defaultsKey lists the inputs that the program did not give, as the Pulumi Terraform bridge keeps them.
const defaultsKey = "__defaults"

// bridged implements what the facts alone decide, for a provider that is bridged from Terraform.
type bridged struct{ facts facts }

func (b bridged) check(r request) (resource.PropertyMap, []*pulumirpc.CheckFailure, error) {
	known, err := b.facts.of(r.typ)
	if err != nil {
		return nil, nil, err
	}
	failures := validateAll("", r.inputs, known.Inputs)
	inputs := r.inputs.Copy()
	var defaulted []resource.PropertyValue
	for _, name := range slices.Sorted(maps.Keys(known.Inputs)) {
		f, k := known.Inputs[name], resource.PropertyKey(name)
		if inputs.HasValue(k) {
			inputs[k] = f.withDefaults(inputs[k])
			continue
		}
		if slices.ContainsFunc(f.ConflictsWith, func(o string) bool { return r.inputs.HasValue(resource.PropertyKey(o)) }) {
			continue
		}
		switch {
		case f.AutoName:
			if inputs[k], err = autoName(r, k); err != nil {
				failures = append(failures, failure(name, "%s", err))
			}
		case f.Default != nil:
			inputs[k] = resource.NewPropertyValue(f.Default)
		default:
			continue
		}
		defaulted = append(defaulted, resource.NewProperty(name))
	}
	inputs[defaultsKey] = resource.NewProperty(defaulted)
	return inputs, failures, nil
}

// withDefaults fills in the defaults of the fields of objects.
func (f fact) withDefaults(v resource.PropertyValue) resource.PropertyValue {
	switch {
	case v.IsArray():
		var items []resource.PropertyValue
		for _, item := range v.ArrayValue() {
			items = append(items, f.withDefaults(item))
		}
		return resource.NewProperty(items)
	case v.IsObject() && f.Properties != nil:
		fields := v.ObjectValue().Copy()
		for name, p := range f.Properties {
			if k := resource.PropertyKey(name); !fields.HasValue(k) && p.Default != nil {
				fields[k] = resource.NewPropertyValue(p.Default)
			}
		}
		return resource.NewProperty(fields)
	}
	return v
}

func isDefaulted(inputs resource.PropertyMap, name resource.PropertyKey) bool {
	list := inputs[defaultsKey]
	return list.IsArray() && slices.ContainsFunc(list.ArrayValue(), func(v resource.PropertyValue) bool {
		return v.IsString() && v.StringValue() == string(name)
	})
}

// autoName keeps the name of an earlier run, or generates one.
func autoName(r request, k resource.PropertyKey) (resource.PropertyValue, error) {
	if old, ok := r.oldInputs[k]; ok && isDefaulted(r.oldInputs, k) {
		return old, nil
	}
	name, err := newName(r, 7)
	return resource.NewProperty(name), err
}

func newName(r request, digits int) (string, error) {
	if a := r.autonaming; a != nil {
		switch a.Mode {
		case pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
			return "", fmt.Errorf("automatic naming is disabled: give a name")
		case pulumirpc.CheckRequest_AutonamingOptions_ENFORCE, pulumirpc.CheckRequest_AutonamingOptions_PROPOSE:
			return a.ProposedName, nil
		}
	}
	return resource.NewUniqueName(r.seed, r.name+"-", digits, 0, nil)
}

func (b bridged) diff(r request) (diff, error) {
	known, err := b.facts.of(r.typ)
	if err != nil {
		return diff{}, err
	}
	d := diff{deleteBeforeReplace: known.DeleteBeforeReplace}
	for _, name := range slices.Sorted(maps.Keys(known.Inputs)) {
		f, k := known.Inputs[name], resource.PropertyKey(name)
		old, now := r.oldInputs[k], r.inputs[k]
		if f.AutoName && !f.NameKept && !isDefaulted(r.inputs, k) && r.inputs.HasValue(k) && f.same(old, now) {
			d.deleteBeforeReplace = true // the name is taken as long as the old resource exists
		}
		if f.same(old, now) || f.Computed && !r.inputs.HasValue(k) {
			continue
		}
		d.add(name, old, now, func(string) bool { return f.ForceNew })
	}
	d.deleteBeforeReplace = d.deleteBeforeReplace && len(d.replaces) > 0
	return d, nil
}

// add adds the differences between two values of a property. A callback decides for each path whether it replaces the resource.
func (d *diff) add(name string, old, now resource.PropertyValue, replaces func(path string) bool) {
	values := func(v resource.PropertyValue) resource.PropertyMap {
		if v.IsNull() {
			return resource.PropertyMap{}
		}
		return resource.PropertyMap{resource.PropertyKey(name): v}
	}
	kinds := map[plugin.DiffKind][2]pulumirpc.PropertyDiff_Kind{
		plugin.DiffAdd:    {pulumirpc.PropertyDiff_ADD, pulumirpc.PropertyDiff_ADD_REPLACE},
		plugin.DiffDelete: {pulumirpc.PropertyDiff_DELETE, pulumirpc.PropertyDiff_DELETE_REPLACE},
		plugin.DiffUpdate: {pulumirpc.PropertyDiff_UPDATE, pulumirpc.PropertyDiff_UPDATE_REPLACE},
	}
	if d.detailed == nil {
		d.detailed = map[string]*pulumirpc.PropertyDiff{}
	}
	found := plugin.NewDetailedDiffFromObjectDiff(values(old).Diff(values(now)), true)
	for _, path := range slices.Sorted(maps.Keys(found)) {
		kind := kinds[found[path].Kind]
		d.detailed[path] = &pulumirpc.PropertyDiff{Kind: kind[0], InputDiff: true}
		if replaces(path) {
			d.detailed[path].Kind = kind[1]
			d.replaces = append(d.replaces, path)
		}
	}
}

// remove removes a property from the difference.
func (d *diff) remove(name string) {
	delete(d.detailed, name)
	d.replaces = slices.DeleteFunc(d.replaces, func(path string) bool { return path == name })
}

// preview is the inputs and the former outputs; computed outputs are unknown.
func (b bridged) preview(r request) (resource.PropertyMap, error) {
	known, err := b.facts.of(r.typ)
	if err != nil {
		return nil, err
	}
	outputs := resource.PropertyMap{}
	unknown := func(name string) {
		k := resource.PropertyKey(name)
		if outputs[k] = resource.MakeComputed(resource.NewProperty("")); r.oldOutputs.HasValue(k) {
			outputs[k] = r.oldOutputs[k]
		}
	}
	for name, f := range known.Inputs {
		if value, ok := r.inputs[resource.PropertyKey(name)]; ok {
			outputs[resource.PropertyKey(name)] = value
		} else if f.Computed {
			unknown(name)
		}
	}
	for _, name := range known.Outputs {
		unknown(name)
	}
	return outputs, nil
}

// outputs is the start of a create or update: the former outputs, overwritten with the inputs.
func (b bridged) outputs(r request) Properties {
	known := b.facts.Resources[r.typ]
	out := Properties{}
	for name, value := range fromPropertyMap(r.oldOutputs) {
		if f, input := known.Inputs[name]; !input || f.Computed {
			out[name] = value
		}
	}
	maps.Copy(out, fromPropertyMap(r.inputs))
	return out
}

// inputs are the inputs of an import: what the API tells, and no default, so that a generated name is not the provider's own any more.
func (b bridged) inputs(typ string, live Properties) Properties {
	var told []string
	for name, f := range b.facts.Resources[typ].Inputs {
		if !f.Unread {
			told = append(told, name)
		}
	}
	inputs := live.only(told)
	inputs[defaultsKey] = []any{}
	return inputs
}

func (b bridged) secretOutputs(typ string) []string {
	known := b.facts.Resources[typ]
	names := slices.Clone(known.SecretOutputs)
	for name, f := range known.Inputs {
		if f.Sensitive {
			names = append(names, name)
		}
	}
	return names
}
