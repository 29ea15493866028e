package simcloud

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// cluster is the kubernetes provider on one cluster, with the controllers that run there.
type cluster struct {
	cloud       *Cloud
	name        string
	unreachable error
	upserts     bool // a create takes what exists
	forces      bool // an apply takes fields from other managers
}

const (
	autonamed      = "pulumi.com/autonamed"
	replaceUnready = "pulumi.com/replaceUnready"
)

// check completes the name and the namespace.
func (c *cluster) check(r request) (resource.PropertyMap, []*pulumirpc.CheckFailure, error) {
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
		name, err := c.autoName(r)
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

func (c *cluster) autoName(r request) (resource.PropertyValue, error) {
	old := fromPropertyMap(r.oldInputs)
	if old.Text("metadata", "annotations", autonamed) == "true" {
		return resource.NewProperty(old.Text("metadata", "name")), nil
	}
	name, err := newName(r, 8)
	return resource.NewProperty(name), err
}

func (c *cluster) diff(r request) (diff, error) {
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
	if o := c.get(r.typ, r.id); o != nil && k.unready != nil && k.unready(o) &&
		now.Text("metadata", "annotations", replaceUnready) == "true" {
		d.replaces = append(d.replaces, fmt.Sprintf("metadata.annotations[%q]", replaceUnready))
	}
	// Where the name stays, the new object can only be made after the old one is gone.
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

// preview is the manifest, checked by the API server unless it cannot be reached.
func (c *cluster) preview(r request) (resource.PropertyMap, error) {
	outputs := resource.PropertyMap{}
	maps.Copy(outputs, r.oldOutputs)
	maps.Copy(outputs, r.inputs)
	if c.unreachable != nil {
		return outputs, nil
	}
	return outputs, validate(r.typ, fromPropertyMap(r.inputs), r.inputs.ContainsUnknowns())
}

// admit is what the API server checks before it stores an object.
func (c *cluster) admit(r request) (kind, Properties, error) {
	manifest := fromPropertyMap(r.inputs)
	k, err := kindOf(r.typ)
	if err == nil {
		err = c.unreachable
	}
	if err == nil {
		err = validate(r.typ, manifest, false)
	}
	namespace := manifest.Text("metadata", "namespace")
	if err == nil && k.namespaced && c.get(namespaceType, namespace) == nil {
		err = fmt.Errorf("namespaces %q not found", namespace)
	}
	return k, manifest, err
}

func (c *cluster) create(r request) (string, Properties, error) {
	k, live, err := c.admit(r)
	if err != nil {
		return "", nil, err
	}
	id := objectID(k, live)
	if existing := c.get(r.typ, id); existing != nil && c.upserts {
		return c.adopt(k, existing, live)
	} else if existing != nil {
		return "", nil, fmt.Errorf("resource %s was not successfully created by the Kubernetes API server: %s %q already exists",
			id, k.resource, live.Text("metadata", "name"))
	}
	metadata := live.Map("metadata")
	metadata["uid"] = digest(32, c.name, r.typ, id)
	metadata["creationTimestamp"], metadata["generation"] = "2025-01-01T00:00:00Z", 1.0
	return id, live, c.store(k, &Object{Kind: r.typ, ID: id, Cluster: c.name, Properties: live})
}

// adopt applies a manifest to an object that somebody else made: what the manifest does not have stays, and a field
// that both have with other values is a conflict, unless it is taken by force.
func (c *cluster) adopt(k kind, o *Object, manifest Properties) (string, Properties, error) {
	for path, theirs := range leaves("", map[string]any(o.Properties)) {
		if ours, both := leaves("", map[string]any(manifest))[path]; both && ours != theirs && !c.forces {
			return "", nil, fmt.Errorf("the server-side apply field manager found a conflict: Apply failed with 1 conflict: conflict with "+
				"\"helm\": %s", path)
		}
	}
	o.Properties = merged(o.Properties, manifest)
	return o.ID, o.Properties, c.store(k, o)
}

// leaves is the texts and numbers in a manifest, by path.
func leaves(path string, value any) map[string]string {
	switch value := value.(type) {
	case map[string]any:
		all := map[string]string{}
		for name, field := range value {
			maps.Copy(all, leaves(path+"."+name, field))
		}
		return all
	case []any:
		return map[string]string{path: string(mustJSON(value))} // a list has one owner
	default:
		return map[string]string{path: fmt.Sprint(value)}
	}
}

// merged is a manifest laid over an object.
func merged(under, over map[string]any) map[string]any {
	all := maps.Clone(under)
	for name, value := range over {
		old, isMap := all[name].(map[string]any)
		if fields, ok := value.(map[string]any); ok && isMap {
			value = merged(old, fields)
		}
		all[name] = value
	}
	return all
}

func (c *cluster) update(r request) (Properties, error) {
	k, live, err := c.admit(r)
	if err != nil {
		return nil, err
	}
	o := c.get(r.typ, r.id)
	if o == nil {
		return nil, fmt.Errorf("%s %q not found", k.resource, r.id)
	}
	if k.conflict != nil {
		if err := k.conflict(o); err != nil {
			return nil, err
		}
	}
	old, metadata := o.Properties, live.Map("metadata")
	for _, name := range []string{"uid", "creationTimestamp"} {
		metadata[name] = old.Map("metadata")[name]
	}
	metadata["generation"] = old.Number("metadata", "generation") + 1
	if status := old.Map("status"); status != nil {
		live["status"] = map[string]any(status)
	}
	o.Properties = live
	return live, c.store(k, o)
}

func (c *cluster) read(r request) (Properties, bool) {
	o := c.get(r.typ, r.id)
	if o == nil {
		return nil, false
	}
	return o.Properties.clone(), true
}

// inputs is the object without what the API server and the controllers wrote.
func (c *cluster) inputs(_ string, live Properties) Properties {
	manifest := live.clone()
	delete(manifest, "status")
	for _, name := range []string{"uid", "creationTimestamp", "generation"} {
		delete(manifest.Map("metadata"), name)
	}
	return manifest
}

func (c *cluster) remove(r request) error {
	if c.unreachable != nil {
		return c.unreachable
	}
	o := c.get(r.typ, r.id)
	if o == nil {
		return nil
	}
	c.cloud.drop(o)
	for k, other := range c.cloud.objects {
		namespaced := o.Kind == namespaceType && strings.HasPrefix(other.ID, o.ID+"/")
		owner := other.Properties.List("metadata", "ownerReferences")
		owned := len(owner) > 0 && owner[0].Text("uid") == o.Properties.Text("metadata", "uid")
		if k.cluster == c.name && (namespaced || owned) {
			delete(c.cloud.objects, k)
		}
	}
	return nil
}

func (c *cluster) invoke(token string, _ Properties) (Properties, error) {
	return nil, fmt.Errorf("%s is not simulated", token)
}

func (c *cluster) secretOutputs(typ string) []string {
	if typ == kubeSecretType {
		return []string{"data", "stringData"}
	}
	return nil
}

func (c *cluster) get(typ, id string) *Object { return c.cloud.objects[key{typ, c.name, id}] }
