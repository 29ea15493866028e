// Package manifest registers Kubernetes objects, and makes the parts of them that several components share: labels,
// security contexts, network policies, and the objects by which the External Secrets Operator makes a Secret.
package manifest

import (
	"fmt"
	"maps"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Object is a manifest or a part of one. Its values are plain Go, and Inputs where another resource makes them.
type Object = map[string]any

// List is a list in a manifest.
type List = []any

// fieldManager is the field manager of every object, also after the object was another owner's for a while. The provider's
// default is a random name for each object that it creates, and then what the former name wrote stays on the object when
// the program no longer writes it.
const fieldManager = "mosaic-database"

// Writer registers the objects of one application in one namespace.
type Writer struct {
	Context   *pulumi.Context
	Parent    pulumi.ResourceOption // or another option that brings the provider
	App       string                // the name of the application
	Namespace string                // "" for an object that is in none
	Prefix    string                // of the Pulumi names; "": none
}

// Register registers an object by the token that its kind has in the provider's SDK; pulumiName is its name but where that
// is an Input. The SDK's own packages for the kinds are not used: compiling core/v1 alone takes a third of what an empty
// Pulumi program takes (docs/performance.md). The tests in tests/manifests check the manifests against the cluster's
// schemas instead.
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

func withFieldManager(metadata Object) Object {
	annotations := Object{"pulumi.com/patchFieldManager": fieldManager}
	if others, ok := metadata["annotations"].(Object); ok {
		maps.Copy(annotations, others)
	}
	metadata = maps.Clone(metadata)
	metadata["annotations"] = annotations
	return metadata
}

// Metadata is the name, the namespace and the labels of an object that brings the credentials to the pods, or serves those
// that do.
func (w *Writer) Metadata(name string) Object {
	return Object{"name": name, "namespace": w.Namespace, "labels": w.Labels("database")}
}

// Labels are the labels of the objects, and of the pods, of one component of the application.
func (w *Writer) Labels(component string) Object {
	return Object{
		"app.kubernetes.io/part-of":    w.App,
		"app.kubernetes.io/component":  component,
		"app.kubernetes.io/managed-by": "pulumi",
	}
}

// Selector selects the pods, or the namespaces, that have the labels.
func Selector(labels Object) Object { return Object{"matchLabels": labels} }
