package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/database/monitoring"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
	"github.com/mosaic-stories/mosaic-database/k8s"
)

// databaseArgs is the configuration with what was looked up for it; tags are those of every resource.
func databaseArgs(cfg *config.Config, site *site, tags map[string]string) *database.Args {
	return &database.Args{
		Config:     cfg,
		Network:    config.Network{VpcID: site.vpcID, SubnetIDs: site.subnetIDs, IngressCidrs: site.ingressCidrs},
		BillingTag: monitoring.Tag{Key: databaseTag, Value: tags[databaseTag]},
	}
}

// client is one application, in the terms of both its configurations.
type client struct {
	name, namespace, serviceAccount, secretName string
	reloadOnChange                              bool
	secretStore                                 string
	qualifier                                   string // of its objects' Pulumi names
	protect                                     bool
	ownsSchema                                  bool
}

// clients are the application that owns the schema, and then the others by name.
func clients(cfg *config.Config) []client {
	all := []client{{
		name: cfg.App.Name, namespace: cfg.App.Namespace, serviceAccount: cfg.App.ServiceAccount, secretName: cfg.App.SecretName,
		reloadOnChange: cfg.App.ReloadOnChange,
		secretStore:    naming.SecretStore, protect: cfg.Database.DeletionProtection, ownsSchema: true,
	}}
	for _, app := range cfg.AdditionalApps {
		all = append(all, client{
			name: app.Name, namespace: app.Namespace, serviceAccount: app.ServiceAccount, secretName: app.SecretName,
			reloadOnChange: app.ReloadOnChange, secretStore: naming.AdditionalSecretStore(app.Name), qualifier: app.Name + "/",
			protect: cfg.Database.DeletionProtection && app.DeletionProtection,
		})
	}
	return all
}

// roleArgs lets an application's service account read the database's secrets; with logins of its own, only the one of
// them.
func roleArgs(cfg *config.Config, app client, site *site, db *database.Instance) *irsa.Args {
	args := serviceAccountRole(cfg, site, naming.SecretsRole(cfg.Environment, app.name), app.namespace, app.serviceAccount)
	args.SecretArns = pulumi.StringArray{db.CredentialsSecretArn, db.ConnectionSecretArn}
	if cfg.Alternating() {
		args.SecretArns = pulumi.StringArray{db.ConnectionSecretArn}
	}
	return args
}

// serviceAccountRole is the role of a service account, but for the secrets.
func serviceAccountRole(cfg *config.Config, site *site, name, namespace, serviceAccount string) *irsa.Args {
	return &irsa.Args{
		Config:          cfg,
		Name:            name,
		Namespace:       namespace,
		ServiceAccount:  serviceAccount,
		OidcIssuer:      site.oidcIssuer,
		OidcProviderArn: site.oidcProviderArn,
	}
}

// accessArgs brings the connection secret to an application's namespace.
func accessArgs(cfg *config.Config, app client, site *site, connection pulumi.StringInput, role *irsa.Role) *k8s.Args {
	args := &k8s.Args{
		App:            app.name,
		Namespace:      app.namespace,
		Qualifier:      app.qualifier,
		ServiceAccount: app.serviceAccount,
		RoleArn:        role.RoleArn,
		RoleReady:      []pulumi.Resource{role.Permissions},
		Region:         cfg.Region,
		Source: k8s.Source{
			SecretStore:   app.secretStore,
			RemoteSecret:  naming.ConnectionSecret(cfg.Environment),
			RemoteVersion: connection,
			SecretName:    app.secretName,
			Pooled:        cfg.Pooling.Routed(),
		},
	}
	if m := cfg.Migrations; m.Enabled && app.ownsSchema {
		args.Migration = &k8s.Migration{
			Image:           m.Image,
			Command:         m.Command,
			Database:        cfg.Instance() + "/" + cfg.Database.Name,
			Attempt:         m.Attempt,
			DeadlineSeconds: m.DeadlineSeconds,
			BackoffLimit:    m.BackoffLimit,
			CPU:             m.CPU,
			Memory:          m.Memory,
			DatabaseCidrs:   site.databaseCidrs,
			DatabasePort:    cfg.Database.Port,
			CaBundle:        k8s.CaBundle{Path: cfg.TLS.CaBundlePath, ConfigMap: cfg.TLS.CaBundleConfigMap},

			LockTimeoutSeconds:      m.LockTimeoutSeconds,
			StatementTimeoutSeconds: m.StatementTimeoutSeconds,
		}
	}
	return args
}
