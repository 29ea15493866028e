package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// additionalApps returns what each additional application uses, by its name.
func (d *deployment) additionalApps(clients *clients) pulumi.Map {
	all := pulumi.Map{}
	for _, app := range clients.applications[1:] {
		values := pulumi.Map{
			"roleArn":              app.role.RoleArn,
			"namespace":            pulumi.String(app.Namespace),
			"serviceAccountName":   pulumi.String(app.ServiceAccount),
			"kubernetesSecretName": pulumi.String(app.SecretName),
			"deployments":          pulumi.ToStringArray(app.Deployments),
			"helmValues":           d.helmValues(app),
			"gitops":               valuesFile(app),
		}
		if app.OwnsSchema {
			values["database"] = d.ownDatabase(clients, app)
		}
		all[app.Name] = values
	}
	return all
}

// ownDatabase returns what there is of an application's own database.
func (d *deployment) ownDatabase(clients *clients, app application) pulumi.Map {
	return pulumi.Map{
		"name":                 pulumi.String(app.Database),
		"connectionSecretName": pulumi.String(app.Secrets.Connection),
		"connectionSecretArn":  app.secret.arn,
		"readOnlySecretArn":    readOnlySecret(clients.logins[app.Name]),
		"applicationLogins":    pulumi.ToStringArray(applicationLogins(d.cfg, app)),
		"migrationJobName":     pulumi.String(app.migrationJob()),
	}
}

// valuesFile returns where the GitOps repository has the values of an application.
func valuesFile(app application) pulumi.StringMap {
	return pulumi.StringMap{"path": pulumi.String(app.GitOps.Path), "key": pulumi.String(app.GitOps.Key)}
}

// applicationLogins returns the logins that only the application uses, and those that share its database; with credentials: master there
// are none.
func applicationLogins(cfg *config.Config, app application) []string {
	roles := naming.DatabaseRoles(app.Name)
	switch {
	case !app.OwnsSchema || !cfg.HasLogins():
		return nil
	case cfg.ByToken():
		return []string{roles.ApplicationIAM}
	default:
		return roles.Application.All()
	}
}

// readOnlySecret returns the ARN of the secret of the login that only reads, or "".
func readOnlySecret(l *logins) pulumi.StringOutput {
	if l == nil || l.credentials.Reader == nil {
		return pulumi.String("").ToStringOutput()
	}
	return l.credentials.ReaderSecretArn
}

// migrationJob returns the name of the current revision's Job, or "".
func (a application) migrationJob() string {
	if a.access == nil {
		return ""
	}
	return a.access.MigrationJobName
}
