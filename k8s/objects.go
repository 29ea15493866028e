package k8s

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// objects makes objects of one application in one namespace.
type objects struct {
	ctx            *pulumi.Context
	parent         pulumi.ResourceOption
	app, namespace string
	qualifier      string // begins their Pulumi names
}

// kept is for what brings the credentials to the pods: neither Helm nor Argo CD may delete it, if it was theirs once.
func kept(annotations object) object {
	annotations["helm.sh/resource-policy"] = "keep"
	annotations["argocd.argoproj.io/sync-options"] = "Prune=false"
	return annotations
}

// metadata names an object in the namespace.
func (o *objects) metadata(name string) object {
	return object{"name": name, "namespace": o.namespace, "labels": labels(o.app, "database")}
}

func labels(app, component string) object {
	return object{
		"app.kubernetes.io/part-of":    app,
		"app.kubernetes.io/component":  component,
		"app.kubernetes.io/managed-by": "pulumi",
	}
}

func (o *objects) serviceAccount(name string, roleArn pulumi.StringInput, needs []pulumi.Resource) (pulumi.Resource, error) {
	metadata := o.metadata(name)
	metadata["annotations"] = kept(object{"eks.amazonaws.com/role-arn": roleArn})
	account, err := o.register("v1", "ServiceAccount", name, object{"metadata": metadata}, pulumi.DependsOn(needs))
	if err != nil {
		return nil, fmt.Errorf("registering the service account %s: %w", name, err)
	}
	return account, nil
}
