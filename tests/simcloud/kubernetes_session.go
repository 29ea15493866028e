package simcloud

import (
	"fmt"
	"maps"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// cluster is the kubernetes provider on one cluster, with the controllers that run there.
type cluster struct {
	applier
	cloud       *Cloud
	name        string
	unreachable error
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
	id, manager := objectID(k, manifest), c.managerOf(r)
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
	manager := c.managerOf(r)
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

func (c *cluster) read(r request) (Properties, error) {
	o := c.get(r.typ, r.id)
	if o == nil {
		return nil, nil
	}
	return r.managed(o.Properties.clone()), nil
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

func (c *cluster) get(typ, id string) *Object { return c.cloud.objects[key{typ, c.name, id}] }
