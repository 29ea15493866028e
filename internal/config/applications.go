package config

import "github.com/mosaic-stories/mosaic-database/internal/naming"

// Application is one that uses the database.
type Application struct {
	Name               string
	Namespace          string
	ServiceAccount     string
	SecretName         string // of the Kubernetes Secret that its pods read
	ReloadOnChange     bool   // its pods are restarted when the Secret changes
	DeletionProtection bool   // of its role and its Kubernetes objects
	OwnsSchema         bool   // it brings the migrations

	Deployments []string // which the recipes restart; none: those whose pods use the Secret
}

// Applications are the application that owns the schema, and then the others by name.
func (c *Config) Applications() []Application {
	all := []Application{{
		Name: c.App.Name, Namespace: c.App.Namespace, ServiceAccount: c.App.ServiceAccount, SecretName: c.App.SecretName,
		ReloadOnChange: c.App.ReloadOnChange, DeletionProtection: c.Database.DeletionProtection, OwnsSchema: true,
		Deployments: c.App.Deployments,
	}}
	for _, app := range c.AdditionalApps {
		all = append(all, Application{
			Name: app.Name, Namespace: app.Namespace, ServiceAccount: app.ServiceAccount, SecretName: app.SecretName,
			ReloadOnChange: app.ReloadOnChange, DeletionProtection: c.Database.DeletionProtection && app.DeletionProtection,
			Deployments: app.Deployments,
		})
	}
	return all
}

// SecretStore is the name of the SecretStore that reads the application's secret.
func (a Application) SecretStore() string {
	if a.OwnsSchema {
		return naming.SecretStore
	}
	return naming.AdditionalSecretStore(a.Name)
}
