package k8s

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// sync registers the objects that keep the application's Secret in sync with Secrets Manager, as its configuration says who reads.
// The ExternalSecret waits for what is let go of, too: a run records that only when the Secret is in sync without it.
func (a *Args) sync(w *manifest.Writer, secret *manifest.Secret) (*manifest.Synced, error) {
	account, err := a.account(w)
	if err != nil {
		return nil, err
	}
	synced, dependencies := &manifest.Synced{Account: account}, []pulumi.Resource{account}
	if a.App.ClusterSecretStore == "" || a.App.Releasing {
		// The run after the ExternalSecret has left it deletes a store that a ClusterSecretStore replaces.
		synced.Store, err = w.SecretStore(a.reader(a.App.RoleAccount()), a.App.SecretStore(), account, forgettable(a.App.ClusterSecretStore)...)
		if err != nil {
			return nil, err
		}
		dependencies = []pulumi.Resource{synced.Store}
	}
	if a.App.SecretsServiceAccount != "" && a.App.Releasing {
		own, err := w.ServiceAccount(a.reader(a.App.ServiceAccount), pulumi.Protect(false), pulumi.RetainOnDelete(true)) // pods run with it
		if err != nil {
			return nil, err
		}
		dependencies = append(dependencies, own)
	}
	synced.ExternalSecret, err = w.ExternalSecret(secret, append(dependencies, a.Role.Permissions))
	return synced, err
}

// account registers the ServiceAccount that has the role. One that is for the SecretStore alone may be forgotten: the store changes
// before it is deleted.
func (a *Args) account(w *manifest.Writer) (pulumi.Resource, error) {
	return w.ServiceAccount(a.reader(a.App.RoleAccount()), forgettable(a.App.SecretsServiceAccount)...)
}

func (a *Args) reader(account string) manifest.Reader {
	return manifest.Reader{ServiceAccount: account, Role: a.Role, Region: a.Config.Region, NamespaceReady: a.NamespaceReady}
}

// forgettable returns the options of an object that a later run may no longer register, because the configuration names another
// instead of it.
func forgettable(other string) []pulumi.ResourceOption {
	if other == "" {
		return nil
	}
	return []pulumi.ResourceOption{pulumi.Protect(false)}
}
