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
	GitOps             GitOps // a path of "": nothing writes its values
	Access

	Main          bool // its database is made with the instance, and it has the namespace in which bootstrap and pooler run
	OwnsSchema    bool // it has logins and brings the migrations: the main one, and each with a database of its own
	Database      string
	ReadOnlyLogin bool
	Migrations    Migrations
	Secrets       naming.DatabaseSecrets
}

// Applications are the main application, and then the others by name.
func (c *Config) Applications() []Application {
	main := Application{
		Name: c.App.Name, Namespace: c.App.Namespace, ServiceAccount: c.App.ServiceAccount, SecretName: c.App.SecretName,
		ReloadOnChange: c.App.ReloadOnChange, DeletionProtection: c.Database.DeletionProtection, GitOps: c.GitOps, Access: c.App.Access,
		Main: true, OwnsSchema: true, Database: c.Database.Name, ReadOnlyLogin: c.Database.ReadOnlyLogin, Migrations: c.Migrations,
		Secrets: naming.MainSecrets(c.Environment),
	}
	all := []Application{main}
	for _, app := range c.AdditionalApps {
		other := Application{
			Name: app.Name, Namespace: app.Namespace, ServiceAccount: app.ServiceAccount, SecretName: app.SecretName,
			ReloadOnChange: app.ReloadOnChange, DeletionProtection: c.Database.DeletionProtection && app.DeletionProtection, GitOps: GitOps(app.GitOps), Access: app.Access,
			Database: main.Database, Migrations: Migrations{Command: main.Migrations.Command}, Secrets: main.Secrets,
		}
		if own := app.Database; own.Name != "" {
			other.OwnsSchema, other.Database, other.ReadOnlyLogin, other.Migrations = true, own.Name, own.ReadOnlyLogin, own.Migrations
			other.Secrets = naming.ApplicationSecrets(c.Environment, app.Name)
		}
		all = append(all, other)
	}
	return all
}

// Key is the application's key in the stack file, without the namespace.
func (a Application) Key() string {
	if a.Main {
		return "app"
	}
	return "additionalApps." + a.Name
}

// SecretStore is the name of the SecretStore of the application's own.
func (a Application) SecretStore() string {
	if a.Main {
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

// Migrates tells whether the application brings the schema to its revision.
func (a Application) Migrates() bool { return a.OwnsSchema && a.Migrations.Enabled }

// Trusted are the ServiceAccounts that may assume the role beside RoleAccount, as namespace/name.
func (a Application) Trusted() []string {
	var trusted []string
	if a.SecretsServiceAccount != "" && a.Releasing {
		trusted = append(trusted, a.Namespace+"/"+a.ServiceAccount) // of pods that have not restarted
	}
	return append(trusted, a.TrustedServiceAccounts...)
}
