package simcloud

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/managedfields/managedfieldstest"
)

// apply is server-side apply of a manifest to an object, {} if there is none, by the API server's own code. It does not know the schemas
// of the kinds, so a list has one owner.
func (c *cluster) apply(live, manifest Properties, manager string) (Properties, error) {
	kind := schema.FromAPIVersionAndKind(manifest.Text("apiVersion"), manifest.Text("kind"))
	if len(live) == 0 {
		live = Properties{"apiVersion": manifest["apiVersion"], "kind": manifest["kind"]}
	}
	applied, err := fieldManagement(kind).Apply(asObject(live), asObject(manifest), manager, c.forced(manifest))
	if err != nil {
		return nil, fmt.Errorf("the server-side apply field manager found a conflict: %w", err)
	}
	return fromObject(applied.(*unstructured.Unstructured)), nil
}

// edit changes an object as another field manager, which owns the changed fields from then on.
func (o *Object) edit(manager string, edit func(Properties)) {
	before := o.Properties.clone()
	edit(o.Properties)
	kind := schema.FromAPIVersionAndKind(before.Text("apiVersion"), before.Text("kind"))
	after := fieldManagement(kind).UpdateNoErrors(asObject(before), asObject(o.Properties), manager)
	o.Properties = fromObject(after.(*unstructured.Unstructured))
}

func fieldManagement(kind schema.GroupVersionKind) *managedfields.FieldManager {
	return managedfieldstest.NewFakeFieldManager(managedfields.NewDeducedTypeConverter(), kind)
}

func asObject(p Properties) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: p.clone()}
	delete(object.Object, fieldManager)
	return object
}

// fromObject leaves out the times of writing, so that the same manifest makes the same object.
func fromObject(object *unstructured.Unstructured) Properties {
	managers := object.GetManagedFields()
	for i := range managers {
		managers[i].Time = nil
	}
	object.SetManagedFields(managers)
	return Properties(object.Object).clone()
}

// Manifest is a Kubernetes object without the fields that the API server and the controllers write.
func (p Properties) Manifest() Properties {
	manifest := p.clone()
	delete(manifest, "status")
	for _, name := range []string{"uid", "creationTimestamp", "generation", "managedFields", "resourceVersion"} {
		delete(manifest.Map("metadata"), name)
	}
	return manifest
}
