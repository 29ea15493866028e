package manifest

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// apiVersion is the only one that the External Secrets Operator has served since 0.17.
const apiVersion = "external-secrets.io/v1"

// Role is the IAM role of a ServiceAccount.
type Role struct {
	Arn pulumi.StringInput
	// Permissions is the role's policy, without which it reads nothing; the ARN is known before the policy is there.
	Permissions pulumi.Resource
}

// Reader is the ServiceAccount with whose role a SecretStore reads from Secrets Manager.
type Reader struct {
	ServiceAccount string
	Role           Role
	Region         string
	NamespaceReady []pulumi.Resource // the namespace, where this program makes it
}

// Synced are the objects that keep a Secret as Secrets Manager has it.
type Synced struct {
	Account, Store pulumi.Resource
	ExternalSecret pulumi.CustomResource
}

// Sync registers the ServiceAccount, the SecretStore and the ExternalSecret of a Secret.
func (w *Writer) Sync(r Reader, s *Secret) (*Synced, error) {
	account, err := w.serviceAccount(r)
	if err != nil {
		return nil, err
	}
	store, err := w.secretStore(r, s.SecretStore, account)
	if err != nil {
		return nil, err
	}
	secret, err := w.ExternalSecret(s, []pulumi.Resource{store, r.Role.Permissions})
	if err != nil {
		return nil, err
	}
	return &Synced{Account: account, Store: store, ExternalSecret: secret}, nil
}

func (w *Writer) serviceAccount(r Reader) (pulumi.Resource, error) {
	metadata := w.Metadata(r.ServiceAccount)
	metadata["annotations"] = neverPruned(Object{"eks.amazonaws.com/role-arn": r.Role.Arn})
	account, err := w.Register(r.ServiceAccount, Object{
		"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata,
	}, pulumi.DependsOn(r.NamespaceReady))
	if err != nil {
		return nil, fmt.Errorf("registering the service account %s: %w", r.ServiceAccount, err)
	}
	return account, nil
}

func (w *Writer) secretStore(r Reader, name string, account pulumi.Resource) (pulumi.Resource, error) {
	metadata := w.Metadata(name)
	metadata["annotations"] = neverPruned(waitForReady())
	store, err := w.Register(name, Object{
		"apiVersion": apiVersion,
		"kind":       "SecretStore",
		"metadata":   metadata,
		"spec": Object{"provider": Object{"aws": Object{
			"service": "SecretsManager",
			"region":  r.Region,
			"auth":    Object{"jwt": Object{"serviceAccountRef": Object{"name": r.ServiceAccount}}},
		}}},
	}, pulumi.DependsOn([]pulumi.Resource{account}))
	if err != nil {
		return nil, fmt.Errorf("registering the SecretStore %s: %w", name, err)
	}
	return store, nil
}

// waitForReady makes the provider wait for the operator; it takes a custom resource for done when it is created otherwise.
func waitForReady() Object { return Object{"pulumi.com/waitFor": "condition=Ready"} }

// neverPruned forbids Helm and Argo CD to delete an object that brings the credentials to the pods, if it was theirs once.
func neverPruned(annotations Object) Object {
	annotations["helm.sh/resource-policy"] = "keep"
	annotations["argocd.argoproj.io/sync-options"] = "Prune=false"
	return annotations
}
