package k8s

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// apiVersion is the only one that the External Secrets Operator has served since 0.17.
const apiVersion = "external-secrets.io/v1"

// refreshInterval is written in the long form: some versions of the operator rewrite "5m" and then own
// the field, and the next apply conflicts.
const refreshInterval = "5m0s"

// ready makes the provider wait for the operator; a custom resource counts as done on creation otherwise.
func ready() object {
	return object{"pulumi.com/waitFor": "condition=Ready"}
}

// Key is one entry of a Kubernetes Secret, and the property of the remote secret that it carries.
type Key struct{ Name, Property string }

// Keys are the entries of the Secret of a connection.
func Keys() []Key {
	return []Key{
		{"DB_URL", "sqlalchemy_url"},
		{"DB_LIBPQ_URL", "url"},
		{"DB_HOST", "host"},
		{"DB_PORT", "port"},
		{"DB_NAME", "database"},
		{"DB_USER", "username"},
		{"DB_PASSWORD", "password"},
	}
}

// directKeys are the entries beside them where the connection leads to a pooler: the database itself, by the name of the
// entry that a client without a pooler would take.
func directKeys() map[string]Key {
	return map[string]Key{
		"DB_URL":       {"DB_DIRECT_URL", "direct_sqlalchemy_url"},
		"DB_LIBPQ_URL": {"DB_DIRECT_LIBPQ_URL", "direct_url"},
		"DB_HOST":      {"DB_DIRECT_HOST", "direct_host"},
		"DB_PORT":      {"DB_DIRECT_PORT", "direct_port"},
	}
}

// Source is a secret in Secrets Manager, and the Kubernetes Secret that it becomes.
type Source struct {
	// SecretStore is the name of the SecretStore that reads it.
	SecretStore string
	// RemoteSecret is its name in Secrets Manager.
	RemoteSecret string
	// RemoteVersion is the version of its content; another one is synchronised at once.
	RemoteVersion pulumi.StringInput
	// SecretName is the name of the Kubernetes Secret.
	SecretName string
	// Pooled says that it is a connection by way of a pooler, with the database's own address beside it.
	Pooled bool
}

// keys are the entries of a connection's Secret.
func (s *Source) keys() []Key {
	keys := Keys()
	if s.Pooled {
		for _, key := range Keys() {
			if direct, ok := directKeys()[key.Name]; ok {
				keys = append(keys, direct)
			}
		}
	}
	return keys
}

// direct is the entry that leads to the database itself.
func (s *Source) direct(name string) string {
	if direct, ok := directKeys()[name]; ok && s.Pooled {
		return direct.Name
	}
	return name
}

func (s *Source) complete() bool {
	return s.SecretStore != "" && s.RemoteSecret != "" && s.RemoteVersion != nil && s.SecretName != ""
}

// versionKey is the entry of the Secret whose name tells which version of the remote secret it was made from.
func versionKey(id pulumi.StringInput) pulumi.StringOutput {
	return id.ToStringOutput().ApplyT(func(id string) string {
		return "DB_SECRET_VERSION_" + strings.ReplaceAll(id, "-", "_") // also the name of a variable, with envFrom
	}).(pulumi.StringOutput)
}

// versionEntry adds that entry to those that are fetched. It comes with the specification, so a Secret has it only
// once the operator has acted on this one; that it is Ready may still be said of the one before.
func versionEntry(version pulumi.StringInput) pulumi.StringMapOutput {
	return pulumi.All(versionKey(version), version).ApplyT(func(values []any) map[string]string {
		return map[string]string{values[0].(string): values[1].(string)}
	}).(pulumi.StringMapOutput)
}

// secretStore registers a SecretStore, which reads with the role of a service account.
func (o *objects) secretStore(name, region, serviceAccount string, account pulumi.Resource) (pulumi.Resource, error) {
	metadata := o.metadata(name)
	metadata["annotations"] = kept(ready())
	store, err := o.register(apiVersion, "SecretStore", name, object{
		"metadata": metadata,
		"spec": object{"provider": object{"aws": object{
			"service": "SecretsManager",
			"region":  region,
			"auth":    object{"jwt": object{"serviceAccountRef": object{"name": serviceAccount}}},
		}}},
	}, pulumi.DependsOn([]pulumi.Resource{account}))
	if err != nil {
		return nil, fmt.Errorf("registering the SecretStore %s: %w", name, err)
	}
	return store, nil
}

// externalSecret registers an ExternalSecret, which makes the Secret of a source; it returns when that is synchronised.
func (o *objects) externalSecret(name string, source *Source, keys []Key, needs []pulumi.Resource, opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	data := list{}
	for _, key := range keys {
		data = append(data, object{
			"secretKey": key.Name,
			"remoteRef": object{"key": source.RemoteSecret, "property": key.Property},
		})
	}
	// The operator synchronises at once when an annotation changes, so a new password does not wait for
	// the interval.
	metadata, annotations := o.metadata(name), kept(ready())
	annotations["force-sync"] = source.RemoteVersion
	metadata["annotations"] = annotations
	secret, err := o.register(apiVersion, "ExternalSecret", name, object{
		"metadata": metadata,
		"spec": object{
			"refreshInterval": refreshInterval,
			"secretStoreRef":  object{"kind": "SecretStore", "name": source.SecretStore},
			"target": object{
				"name":           source.SecretName,
				"creationPolicy": "Owner",
				// A secret that cannot be read for a while must not take the pods' copy away.
				"deletionPolicy": "Retain",
				"template":       object{"mergePolicy": "Merge", "data": versionEntry(source.RemoteVersion)},
			},
			"data": data,
		},
	}, append(opts, pulumi.DependsOn(needs))...)
	if err != nil {
		return nil, fmt.Errorf("registering the ExternalSecret %s: %w", name, err)
	}
	return secret, nil
}
