package manifest

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// refreshInterval has the long form, because some versions of the operator rewrite "5m". They then own the field, and the
// next apply conflicts.
const refreshInterval = "5m0s"

// Secret is a Kubernetes Secret that the External Secrets Operator creates from a secret in Secrets Manager, the remote
// secret.
type Secret struct {
	Name           string
	ExternalSecret string // name of the ExternalSecret
	SecretStore    string // name of the SecretStore that reads the remote secret
	StoreKind      string // ClusterSecretStore; "": SecretStore
	RemoteName     string // name of the remote secret
	// RemoteVersion is the version ID of the remote secret's content. A change is synchronised at once.
	RemoteVersion pulumi.StringInput
	Keys          []Key
	// Other is a second remote secret with more entries, whose content changes by itself; nil: none.
	Other *Other
}

// Other is a remote secret beside that of the program.
type Other struct {
	Name pulumi.StringInput // name or ARN
	Keys []Key
	// Reader changes with what reads the entries. A change is synchronised at once, so that nothing new begins with an old content.
	Reader pulumi.StringInput
}

// remoteData are the entries that the operator takes from a remote secret.
func remoteData(name pulumi.StringInput, keys []Key) List {
	data := List{}
	for _, key := range keys {
		data = append(data, Object{
			"secretKey": key.Name,
			"remoteRef": Object{"key": name, "property": key.Property},
		})
	}
	return data
}

// Key is an entry of a Kubernetes Secret, and the property of the remote secret that is its value.
type Key struct {
	Name, Property string
	// InsteadOf is the variable that Jobs have from this entry, where its name is another one; "": the entry's name.
	InsteadOf string
}

// VersionVariable returns an environment variable with the version of the remote secret. The kubelet does not start the
// container until the Secret has the entry for this version, so no container starts with an older password.
func (s *Secret) VersionVariable() Object {
	return s.variable("DB_SECRET_VERSION", versionKey(s.RemoteVersion))
}

// variable returns an environment variable with an entry of the Secret.
func (s *Secret) variable(name string, key pulumi.StringInput) Object {
	return Object{
		"name":      name,
		"valueFrom": Object{"secretKeyRef": Object{"name": s.Name, "key": key}},
	}
}

// versionKey returns the name of the entry that tells which version of the remote secret the Secret has.
func versionKey(id pulumi.StringInput) pulumi.StringOutput {
	return id.ToStringOutput().ApplyT(func(id string) string {
		return "DB_SECRET_VERSION_" + strings.ReplaceAll(id, "-", "_") // with envFrom, it becomes the name of a variable
	}).(pulumi.StringOutput)
}

// versionEntry returns this entry for the template of the ExternalSecret. It is part of the spec, so the Secret has it only
// after the operator has acted on this spec. The condition Ready does not tell: it may be that of the spec before.
func versionEntry(version pulumi.StringInput) pulumi.StringMapOutput {
	return pulumi.All(versionKey(version), version).ApplyT(func(values []any) map[string]string {
		return map[string]string{values[0].(string): values[1].(string)}
	}).(pulumi.StringMapOutput)
}

// ExternalSecret registers the ExternalSecret of a Secret; the provider waits until the Secret is synchronised.
func (w *Writer) ExternalSecret(s *Secret, dependencies []pulumi.Resource, opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	data := remoteData(pulumi.String(s.RemoteName), s.Keys)
	// The operator synchronises at once when an annotation changes, so a new password does not wait for the refresh interval.
	metadata, annotations := w.Metadata(s.ExternalSecret), neverPruned(waitForReady())
	annotations["force-sync"] = s.RemoteVersion
	if s.Other != nil {
		data = append(data, remoteData(s.Other.Name, s.Other.Keys)...)
		annotations["force-sync"] = s.Other.Reader
	}
	metadata["annotations"] = annotations
	secret, err := w.Register(s.ExternalSecret, Object{
		"apiVersion": SecretsAPI,
		"kind":       "ExternalSecret",
		"metadata":   metadata,
		"spec": Object{
			"refreshInterval": refreshInterval,
			"secretStoreRef":  Object{"kind": cmp.Or(s.StoreKind, "SecretStore"), "name": s.SecretStore},
			"target": Object{
				"name":           s.Name,
				"creationPolicy": "Owner",
				// The Secret stays when the remote secret cannot be read.
				"deletionPolicy": "Retain",
				"template":       Object{"mergePolicy": "Merge", "data": versionEntry(s.RemoteVersion)},
			},
			"data": data,
		},
	}, append(opts, pulumi.DependsOn(dependencies))...)
	if err != nil {
		return nil, fmt.Errorf("registering the ExternalSecret %s: %w", s.ExternalSecret, err)
	}
	return secret, nil
}
