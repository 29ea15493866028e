package simcloud

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// applier is the part of the kubernetes provider that knows no cluster: what it makes of the inputs and of the state.
type applier struct {
	upserts bool // a create adopts an object that exists
	forces  bool // an apply takes fields from other managers
}

const (
	autonamed      = "pulumi.com/autonamed"
	replaceUnready = "pulumi.com/replaceUnready"
	// fieldManager is the output of a resource in which the provider stores the field manager.
	fieldManager      = "__fieldManager"
	patchFieldManager = "pulumi.com/patchFieldManager"
	patchForce        = "pulumi.com/patchForce"
)

// check completes the name and the namespace.
func (applier) check(r request) (resource.PropertyMap, []*pulumirpc.CheckFailure, error) {
	k, err := kindOf(r.typ)
	if err != nil {
		return nil, nil, err
	}
	inputs := r.inputs.Copy()
	metadata := resource.PropertyMap{}
	if m := inputs["metadata"]; m.IsObject() {
		metadata = m.ObjectValue().Copy()
	} else if m.IsComputed() {
		return inputs, nil, nil
	}
	if !metadata.HasValue("name") {
		name, err := autoNameObject(r)
		if err != nil {
			return nil, []*pulumirpc.CheckFailure{failure("metadata.name", "%s", err)}, nil
		}
		annotations := resource.PropertyMap{}
		if a := metadata["annotations"]; a.IsObject() {
			annotations = a.ObjectValue().Copy()
		}
		annotations[autonamed] = resource.NewProperty("true")
		metadata["name"], metadata["annotations"] = name, resource.NewProperty(annotations)
	}
	if k.namespaced && !metadata.HasValue("namespace") {
		metadata["namespace"] = resource.NewProperty("default")
	}
	inputs["metadata"] = resource.NewProperty(metadata)
	return inputs, nil, nil
}

func autoNameObject(r request) (resource.PropertyValue, error) {
	old := fromPropertyMap(r.oldInputs)
	if old.Text("metadata", "annotations", autonamed) == "true" {
		return resource.NewProperty(old.Text("metadata", "name")), nil
	}
	name, err := newName(r, 8)
	return resource.NewProperty(name), err
}

func (applier) diff(r request) (diff, error) {
	k, err := kindOf(r.typ)
	if err != nil {
		return diff{}, err
	}
	var d diff
	fixed := append([]string{"apiVersion", "kind", "metadata.name", "metadata.namespace"}, k.immutable...)
	replaces := func(path string) bool {
		return slices.ContainsFunc(fixed, func(f string) bool {
			return path == f || strings.HasPrefix(path, f+".") || strings.HasPrefix(path, f+"[")
		})
	}
	names := maps.Clone(r.oldInputs)
	maps.Copy(names, r.inputs)
	for _, name := range names.StableKeys() {
		d.add(string(name), r.oldInputs[name], r.inputs[name], replaces)
	}
	old, now := fromPropertyMap(r.oldInputs), fromPropertyMap(r.inputs)
	if last := (&Object{Kind: r.typ, Properties: fromPropertyMap(r.oldOutputs)}); k.unready != nil && k.unready(last) &&
		now.Text("metadata", "annotations", replaceUnready) == "true" {
		d.replaces = append(d.replaces, fmt.Sprintf("metadata.annotations[%q]", replaceUnready))
	}
	// With the same name, the new object can only be created after the old one is deleted.
	d.deleteBeforeReplace = len(d.replaces) > 0 && objectID(k, old) == objectID(k, now)
	return d, nil
}

func objectID(k kind, manifest Properties) string {
	name, namespace := manifest.Text("metadata", "name"), manifest.Text("metadata", "namespace")
	if !k.namespaced {
		return name
	}
	return namespace + "/" + name
}

// managerOf is the field manager with which the provider applies a manifest: that of the annotation, or the one that it invented when it
// created the object.
func (applier) managerOf(r request) string {
	if named := fromPropertyMap(r.inputs).Text("metadata", "annotations", patchFieldManager); named != "" {
		return named
	}
	if former := r.formerManager(); former != "" {
		return former
	}
	return "pulumi-kubernetes-" + digest(8, r.typ, r.name)
}

// formerManager is the field manager of the last operation; "": there was none.
func (r request) formerManager() string {
	if former := r.oldOutputs[fieldManager]; former.IsString() {
		return former.StringValue()
	}
	return ""
}

// managed adds the field manager of the last operation to what a cluster has.
func (r request) managed(live Properties) Properties {
	if former := r.formerManager(); former != "" {
		live[fieldManager] = former
	}
	return live
}

// forced tells whether an apply of a manifest takes fields from other managers.
func (a applier) forced(manifest Properties) bool {
	return a.forces || manifest.Text("metadata", "annotations", patchForce) == "true"
}

func (applier) inputs(_ string, live Properties) Properties { return live.Manifest() }

func (applier) invoke(token string, _ Properties) (Properties, error) {
	return nil, fmt.Errorf("%s is not simulated", token)
}

func (applier) secretOutputs(typ string) []string {
	if typ == kubeSecretType {
		return []string{"data", "stringData"}
	}
	return nil
}
