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
	upserts     bool // a create adopts an object that exists
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
	k, manifest, err := c.admit(r)
	if err != nil {
		return "", nil, err
	}
	id, manager := objectID(k, manifest), c.managerOf(r, manifest)
	o := c.get(r.typ, id)
	if o != nil && !c.upserts {
		return "", nil, fmt.Errorf("resource %s was not successfully created by the Kubernetes API server: %s %q already exists",
			id, k.resource, manifest.Text("metadata", "name"))
	}
	if o == nil {
		o = &Object{Kind: r.typ, ID: id, Cluster: c.name}
	}
	live, err := c.write(k, o, manifest, manager)
	return id, live, err
}

func (c *cluster) update(r request) (Properties, error) {
	k, manifest, err := c.admit(r)
	if err != nil {
		return nil, err
	}
	o := c.get(r.typ, r.id)
	if o == nil {
		return nil, fmt.Errorf("%s %q not found", k.resource, r.id)
	}
	manager := c.managerOf(r, manifest)
	outputs, err := c.write(k, o, manifest, manager)
	if former := r.oldOutputs[fieldManager]; err == nil && former.IsString() && former.StringValue() != manager {
		// The provider gives up its former field manager: fields that only this one owned are removed.
		nothing := Properties{"apiVersion": manifest["apiVersion"], "kind": manifest["kind"], "metadata": map[string]any{"name": manifest.Text("metadata", "name")}}
		o.Properties, err = c.apply(o.Properties, nothing, former.StringValue())
	}
	return outputs, err
}

// write applies a manifest to an object. An object without properties is new.
func (c *cluster) write(k kind, o *Object, manifest Properties, manager string) (Properties, error) {
	live, err := c.apply(o.Properties, manifest, manager)
	if err != nil {
		return nil, err
	}
	metadata := live.Map("metadata")
	if metadata["uid"] == nil {
		metadata["uid"] = digest(32, c.name, o.Kind, o.ID, fmt.Sprint(len(c.cloud.log)))
	}
	metadata["creationTimestamp"] = "2025-01-01T00:00:00Z"
	metadata["generation"] = o.Properties.Number("metadata", "generation") + 1
	o.Properties = live
	failure := c.store(k, o)
	outputs := o.Properties.clone()
	outputs[fieldManager] = manager
	return outputs, failure
}

func (c *cluster) read(r request) (Properties, bool) {
	o := c.get(r.typ, r.id)
	if o == nil {
		return nil, false
	}
	live := o.Properties.clone()
	if manager := r.oldOutputs[fieldManager]; manager.IsString() {
		live[fieldManager] = manager.StringValue()
	}
	return live, true
}

func (c *cluster) inputs(_ string, live Properties) Properties { return live.Manifest() }

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
