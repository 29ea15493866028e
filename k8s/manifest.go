package k8s

import (
	"maps"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// object is a manifest or a part of one. Its values are plain Go, and Inputs where another resource makes them.
type object = map[string]any

// list is a list in a manifest.
type list = []any

// fieldManager is in whose name every object is written, a run after a handover to another owner and back included. The
// provider's own choice is a new name for each object that it makes, and then what the former name wrote stays on the
// object when the program no longer writes it.
const fieldManager = "mosaic-database"

// register registers the object of a manifest by the token that it has in the SDK's packages for the kinds. They are
// not used: compiling core/v1 alone takes a third of what an empty Pulumi program takes (docs/performance.md). That
// the cluster knows every field of the manifests is what tests/manifests proves.
func (o *objects) register(apiVersion, kind, name string, manifest object, opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	group := apiVersion
	if apiVersion == "v1" {
		group = "core/v1"
	}
	args := kubernetes.UntypedArgs{"apiVersion": apiVersion, "kind": kind}
	for field, value := range manifest {
		args[field] = value
	}
	args["metadata"] = managed(manifest["metadata"].(object))
	resource := &pulumi.CustomResourceState{}
	err := o.ctx.RegisterResource("kubernetes:"+group+":"+kind, o.qualifier+name, args, resource, append(opts, o.parent)...)
	return resource, err
}

// managed is metadata that says in whose name the object is written.
func managed(metadata object) object {
	annotations := object{"pulumi.com/patchFieldManager": fieldManager}
	if others, ok := metadata["annotations"].(object); ok {
		maps.Copy(annotations, others)
	}
	metadata = maps.Clone(metadata)
	metadata["annotations"] = annotations
	return metadata
}
