package manifest

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// SecretsAPI is what the External Secrets Operator serves since its version 0.16, and alone since 0.17.
const SecretsAPI = "external-secrets.io/v1"

// IAMRole is the IAM role of a ServiceAccount.
type IAMRole struct {
	Arn pulumi.StringInput
	// Permissions is the policy of the role. Whatever uses the role must depend on it, because Arn is known before the policy
	// exists.
	Permissions pulumi.Resource
}

// Reader is the ServiceAccount whose IAM role a SecretStore uses to read from Secrets Manager.
type Reader struct {
	ServiceAccount string
	Role           IAMRole
	Region         string
	NamespaceReady []pulumi.Resource // the namespace; empty if this program does not create it
}

// Synced are the objects that keep a Secret in sync with Secrets Manager.
type Synced struct {
	Account, Store pulumi.Resource
	ExternalSecret pulumi.CustomResource
}

// Sync registers the ServiceAccount, the SecretStore and the ExternalSecret of a Secret.
func (w *Writer) Sync(r Reader, s *Secret) (*Synced, error) {
	account, err := w.ServiceAccount(r)
	if err != nil {
		return nil, err
	}
	store, err := w.SecretStore(r, s.SecretStore, account)
	if err != nil {
		return nil, err
	}
	secret, err := w.ExternalSecret(s, []pulumi.Resource{store, r.Role.Permissions})
	if err != nil {
		return nil, err
	}
	return &Synced{Account: account, Store: store, ExternalSecret: secret}, nil
}

// ServiceAccount registers the ServiceAccount with its role.
func (w *Writer) ServiceAccount(r Reader, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	metadata := w.Metadata(r.ServiceAccount)
	metadata["annotations"] = neverPruned(Object{"eks.amazonaws.com/role-arn": r.Role.Arn})
	account, err := w.Register(r.ServiceAccount, Object{
		"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata,
	}, append(opts, pulumi.DependsOn(r.NamespaceReady))...)
	if err != nil {
		return nil, fmt.Errorf("registering the service account %s: %w", r.ServiceAccount, err)
	}
	return account, nil
}

// SecretStore registers the SecretStore.
func (w *Writer) SecretStore(r Reader, name string, account pulumi.Resource, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	metadata := w.Metadata(name)
	metadata["annotations"] = neverPruned(waitForReady())
	store, err := w.Register(name, Object{
		"apiVersion": SecretsAPI,
		"kind":       "SecretStore",
		"metadata":   metadata,
		"spec": Object{"provider": Object{"aws": Object{
			"service": "SecretsManager",
			"region":  r.Region,
			"auth":    Object{"jwt": Object{"serviceAccountRef": Object{"name": r.ServiceAccount}}},
		}}},
	}, append(opts, pulumi.DependsOn([]pulumi.Resource{account}))...)
	if err != nil {
		return nil, fmt.Errorf("registering the SecretStore %s: %w", name, err)
	}
	return store, nil
}

// waitForReady returns the annotation that makes the provider wait for the condition Ready. By default, it does not wait for
// custom resources.
func waitForReady() Object { return Object{"pulumi.com/waitFor": "condition=Ready"} }

// neverPruned adds the annotations that keep Helm and Argo CD from deleting an object, if it was one of theirs before.
func neverPruned(annotations Object) Object {
	annotations["helm.sh/resource-policy"] = "keep"
	annotations["argocd.argoproj.io/sync-options"] = "Prune=false"
	return annotations
}
