package config

import (
	"cmp"
	"maps"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Application is one that uses the database.
type Application struct {
	Name               string
	Namespace          string
	ServiceAccount     string
	SecretName         string // of the Kubernetes Secret that its pods read
	ReloadOnChange     bool   // its pods are restarted when the Secret changes
	DeletionProtection bool   // of its role and its Kubernetes objects
	OwnsSchema         bool   // it brings the migrations
	GitOps             GitOps // a path of "": nothing writes its values
	Access
}

// Applications are the application that owns the schema, and then the others by name.
func (c *Config) Applications() []Application {
	all := []Application{{
		Name: c.App.Name, Namespace: c.App.Namespace, ServiceAccount: c.App.ServiceAccount, SecretName: c.App.SecretName,
		ReloadOnChange: c.App.ReloadOnChange, DeletionProtection: c.Database.DeletionProtection, OwnsSchema: true, GitOps: c.GitOps, Access: c.App.Access,
	}}
	for _, app := range c.AdditionalApps {
		all = append(all, Application{
			Name: app.Name, Namespace: app.Namespace, ServiceAccount: app.ServiceAccount, SecretName: app.SecretName,
			ReloadOnChange: app.ReloadOnChange, DeletionProtection: c.Database.DeletionProtection && app.DeletionProtection, GitOps: GitOps(app.GitOps), Access: app.Access,
		})
	}
	return all
}

// Key is the application's key in the stack file, without the namespace.
func (a Application) Key() string {
	if a.OwnsSchema {
		return "app"
	}
	return "additionalApps." + a.Name
}

// SecretStore is the name of the SecretStore of the application's own.
func (a Application) SecretStore() string {
	if a.OwnsSchema {
		return naming.SecretStore
	}
	return naming.AdditionalSecretStore(a.Name)
}

// RequestedProperties are the properties of the connection secret that some application asks for.
func (c *Config) RequestedProperties() []string {
	var all []string
	for _, app := range c.Applications() {
		all = append(all, slices.Sorted(maps.Values(app.SecretEntries))...)
	}
	return all
}

// Store is the name and the kind of the store that the application's ExternalSecret names; kind "" is SecretStore.
func (a Application) Store() (name, kind string) {
	if a.ClusterSecretStore != "" {
		return a.ClusterSecretStore, "ClusterSecretStore"
	}
	return a.SecretStore(), ""
}

// RoleAccount is the ServiceAccount that has the role.
func (a Application) RoleAccount() string { return cmp.Or(a.SecretsServiceAccount, a.ServiceAccount) }

// Trusted are the ServiceAccounts that may assume the role beside RoleAccount, as namespace/name.
func (a Application) Trusted() []string {
	var trusted []string
	if a.SecretsServiceAccount != "" && a.Releasing {
		trusted = append(trusted, a.Namespace+"/"+a.ServiceAccount) // of pods that have not restarted
	}
	return append(trusted, a.TrustedServiceAccounts...)
}
