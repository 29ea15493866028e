// Package manifest registers Kubernetes objects, and has the parts that several components share: labels, security
// contexts, network policies, and the objects from which the External Secrets Operator creates a Secret.
package manifest

import (
	"fmt"
	"maps"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Object is a manifest or a part of one. Its values are Go values, or Inputs with outputs of other resources.
type Object = map[string]any

// List is a list in a manifest.
type List = []any

// fieldManager is the field manager (server-side apply) of every object. The provider's default is a random name for each
// object that it creates. If an object is taken over again later, fields of the former name stay on it, even when the program
// does not set them any more. The prefix matters, too: since 4.29 the provider creates an object without server-side apply, and
// an update takes over the fields of that from no other names. What the program left out would stay on the object.
const fieldManager = "pulumi-kubernetes-mosaic-database"

// Writer registers the objects of one application in one namespace.
type Writer struct {
	Context   *pulumi.Context
	Parent    pulumi.ResourceOption // pulumi.Parent, or another option that sets the provider
	App       string                // name of the application
	Namespace string                // "" for objects without a namespace
	Prefix    string                // prefix of the Pulumi names; "": none
}

// Register registers an object by the type token of its kind. pulumiName is the name of the object, or a fixed part of it if
// the name is an Input. The typed packages of the provider's SDK are not used: compiling core/v1 alone takes a third of the
// time of an empty Pulumi program (docs/reference/performance.md). tests/manifests checks the manifests against the schemas instead.
func (w *Writer) Register(pulumiName string, manifest Object, opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	args := kubernetes.UntypedArgs(maps.Clone(manifest))
	args["metadata"] = withFieldManager(manifest["metadata"].(Object))
	group := manifest["apiVersion"]
	if group == "v1" {
		group = "core/v1"
	}
	resource := &pulumi.CustomResourceState{}
	err := w.Context.RegisterResource(fmt.Sprintf("kubernetes:%s:%s", group, manifest["kind"]), w.Prefix+pulumiName, args, resource, append(opts, w.Parent)...)
	return resource, err
}

// withFieldManager returns the metadata with the annotation for the field manager.
func withFieldManager(metadata Object) Object {
	annotations := Object{"pulumi.com/patchFieldManager": fieldManager}
	if others, ok := metadata["annotations"].(Object); ok {
		maps.Copy(annotations, others)
	}
	metadata = maps.Clone(metadata)
	metadata["annotations"] = annotations
	return metadata
}

// Metadata returns name, namespace and labels of an object. The labels are those of the component "database": the objects
// that provide a Secret, and those that they need.
func (w *Writer) Metadata(name string) Object {
	return Object{"name": name, "namespace": w.Namespace, "labels": w.Labels("database")}
}

// Labels returns the labels of the objects and pods of a component, such as "migration".
func (w *Writer) Labels(component string) Object {
	return Object{
		"app.kubernetes.io/part-of":    w.App,
		"app.kubernetes.io/component":  component,
		"app.kubernetes.io/managed-by": "pulumi",
	}
}

// Selector returns a label selector for all of the labels.
func Selector(labels Object) Object { return Object{"matchLabels": labels} }
