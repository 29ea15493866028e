package simcloud

import (
	"encoding/base64"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/managedfields/managedfieldstest"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// apply is server-side apply to an object that exists, by the API server's own code. It does not know the schemas of the kinds, so a list has
// one owner.
func apply(live Properties, a kube.Apply) (Properties, error) {
	applied, err := fieldManagement(a.Manifest.GroupVersionKind()).Apply(asObject(live), a.Manifest, a.Manager, a.Force)
	if err != nil {
		return nil, kube.Conflicted(a.Manager, err)
	}
	return fromObject(applied.(*kube.Object)), nil
}

// created is an object that a field manager has created.
func created(manifest Properties, manager string) Properties {
	object, nothing := asObject(manifest), &kube.Object{}
	nothing.SetGroupVersionKind(object.GroupVersionKind())
	return fromObject(fieldManagement(object.GroupVersionKind()).UpdateNoErrors(nothing, object, manager).(*kube.Object))
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

// stored is an object as the API server stores it: the text of a Secret is encoded.
func stored(typ string, manifest Properties) Properties {
	manifest = manifest.clone()
	text := manifest.Map("stringData")
	if typ != kubeSecretType {
		return manifest
	}
	manifest.fill(Properties{"type": "Opaque"})
	delete(manifest, "stringData")
	for name := range text {
		manifest.fill(Properties{"data": map[string]any{}})
		value, _ := text[name].(string)
		manifest.Map("data")[name] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	return manifest
}
