package k8s

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
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

// Key is one entry of the Kubernetes Secret, and the property of the connection secret that it carries.
type Key struct{ Name, Property string }

// Keys are the entries of the Kubernetes Secret.
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

// versionKey is the entry of the Secret whose name tells which version of the connection secret it was made from.
func versionKey(id pulumi.StringInput) pulumi.StringOutput {
	return id.ToStringOutput().ApplyT(func(id string) string {
		return "DB_SECRET_VERSION_" + strings.ReplaceAll(id, "-", "_") // also the name of a variable, with envFrom
	}).(pulumi.StringOutput)
}

// versionEntry adds that entry to those that are fetched. It comes with the specification, so a Secret has it only
// once the operator has acted on this one; that it is Ready may still be said of the one before.
func (b *builder) versionEntry() pulumi.StringMapOutput {
	return pulumi.All(versionKey(b.args.RemoteVersion), b.args.RemoteVersion).ApplyT(func(values []any) map[string]string {
		return map[string]string{values[0].(string): values[1].(string)}
	}).(pulumi.StringMapOutput)
}

// externalSecret registers the SecretStore, which reads with the service account's role, and the
// ExternalSecret, which makes the Secret; it returns when that is synchronised.
func (b *builder) externalSecret(account pulumi.Resource) (pulumi.CustomResource, error) {
	metadata := b.metadata(b.args.SecretStore)
	metadata["annotations"] = kept(ready())
	store, err := b.register(apiVersion, "SecretStore", b.args.SecretStore, object{
		"metadata": metadata,
		"spec": object{"provider": object{"aws": object{
			"service": "SecretsManager",
			"region":  b.args.Region,
			"auth":    object{"jwt": object{"serviceAccountRef": object{"name": b.args.ServiceAccount}}},
		}}},
	}, pulumi.DependsOn([]pulumi.Resource{account}))
	if err != nil {
		return nil, fmt.Errorf("registering the SecretStore %s: %w", b.args.SecretStore, err)
	}

	data := list{}
	for _, key := range Keys() {
		data = append(data, object{
			"secretKey": key.Name,
			"remoteRef": object{"key": b.args.RemoteSecret, "property": key.Property},
		})
	}
	// The operator synchronises at once when an annotation changes, so a new password does not wait for
	// the interval.
	annotations := kept(ready())
	annotations["force-sync"] = b.args.RemoteVersion
	name := naming.ExternalSecret(b.args.App)
	metadata = b.metadata(name)
	metadata["annotations"] = annotations
	secret, err := b.register(apiVersion, "ExternalSecret", name, object{
		"metadata": metadata,
		"spec": object{
			"refreshInterval": refreshInterval,
			"secretStoreRef":  object{"kind": "SecretStore", "name": b.args.SecretStore},
			"target": object{
				"name":           b.args.SecretName,
				"creationPolicy": "Owner",
				// A secret that cannot be read for a while must not take the pods' copy away.
				"deletionPolicy": "Retain",
				"template":       object{"mergePolicy": "Merge", "data": b.versionEntry()},
			},
			"data": data,
		},
	}, pulumi.DependsOn(append([]pulumi.Resource{store}, b.args.RoleReady...)))
	if err != nil {
		return nil, fmt.Errorf("registering the ExternalSecret %s: %w", name, err)
	}
	return secret, nil
}
