package manifest

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// refreshInterval is written in the long form: some versions of the operator rewrite "5m" and then own
// the field, and the next apply conflicts.
const refreshInterval = "5m0s"

// Secret is a Kubernetes Secret that the External Secrets Operator makes from a secret in Secrets Manager.
type Secret struct {
	Name           string
	ExternalSecret string // name of the ExternalSecret
	SecretStore    string // name of the SecretStore that reads the remote secret
	RemoteName     string // in Secrets Manager
	// RemoteVersion is the version of the remote secret's content; another one is synchronised at once.
	RemoteVersion pulumi.StringInput
	Keys          []Key
}

// Key is one entry of a Kubernetes Secret, and the property of the remote secret that it carries.
type Key struct{ Name, Property string }

// VersionVariable is an environment variable with the version of the remote secret. Until the Secret has that version, the
// kubelet does not start the container, so that nothing starts with an older password.
func (s *Secret) VersionVariable() Object {
	return s.variable("DB_SECRET_VERSION", versionKey(s.RemoteVersion))
}

func (s *Secret) variable(name string, key pulumi.StringInput) Object {
	return Object{
		"name":      name,
		"valueFrom": Object{"secretKeyRef": Object{"name": s.Name, "key": key}},
	}
}

// versionKey is the entry of the Secret whose name tells which version of the remote secret it was made from.
func versionKey(id pulumi.StringInput) pulumi.StringOutput {
	return id.ToStringOutput().ApplyT(func(id string) string {
		return "DB_SECRET_VERSION_" + strings.ReplaceAll(id, "-", "_") // also the name of a variable, with envFrom
	}).(pulumi.StringOutput)
}

// versionEntry adds that entry to those that are fetched. It is a part of the ExternalSecret's specification, so a Secret
// has it only once the operator has acted on this specification; the condition Ready may still be the one before's.
func versionEntry(version pulumi.StringInput) pulumi.StringMapOutput {
	return pulumi.All(versionKey(version), version).ApplyT(func(values []any) map[string]string {
		return map[string]string{values[0].(string): values[1].(string)}
	}).(pulumi.StringMapOutput)
}

// ExternalSecret registers the ExternalSecret of a Secret; the provider waits until the Secret is synchronised.
func (w *Writer) ExternalSecret(s *Secret, needs []pulumi.Resource, opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	data := List{}
	for _, key := range s.Keys {
		data = append(data, Object{
			"secretKey": key.Name,
			"remoteRef": Object{"key": s.RemoteName, "property": key.Property},
		})
	}
	// The operator synchronises at once when an annotation changes, so a new password does not wait for
	// the interval.
	metadata, annotations := w.Metadata(s.ExternalSecret), neverPruned(waitForReady())
	annotations["force-sync"] = s.RemoteVersion
	metadata["annotations"] = annotations
	secret, err := w.Register(s.ExternalSecret, Object{
		"apiVersion": apiVersion,
		"kind":       "ExternalSecret",
		"metadata":   metadata,
		"spec": Object{
			"refreshInterval": refreshInterval,
			"secretStoreRef":  Object{"kind": "SecretStore", "name": s.SecretStore},
			"target": Object{
				"name":           s.Name,
				"creationPolicy": "Owner",
				// The pods' copy stays while the remote secret cannot be read.
				"deletionPolicy": "Retain",
				"template":       Object{"mergePolicy": "Merge", "data": versionEntry(s.RemoteVersion)},
			},
			"data": data,
		},
	}, append(opts, pulumi.DependsOn(needs))...)
	if err != nil {
		return nil, fmt.Errorf("registering the ExternalSecret %s: %w", s.ExternalSecret, err)
	}
	return secret, nil
}
