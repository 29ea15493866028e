package stack

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/connection"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
)

// newPreviews registers the role with which preview environments read their login. It returns nil without previews. Nothing of it is
// protected: no data is lost with it.
func (d *deployment) newPreviews(l *logins) (*irsa.Role, error) {
	if !d.cfg.HasPreviews() {
		return nil, nil
	}
	name := naming.PreviewDatabase(d.cfg.App.Name)
	return d.newRole(&irsa.Args{
		Name: naming.PreviewsRole(d.cfg.Environment, d.cfg.App.Name), Namespace: d.cfg.Previews.Namespaces, ServiceAccount: name,
		SecretArns: pulumi.StringArray{l.credentials.PreviewsSecretArn},
	})
}

// previewValues are the values of the chart charts/preview-database; none without previews.
func previewValues(cfg *config.Config, role *irsa.Role) pulumi.Map {
	if role == nil {
		return pulumi.Map{}
	}
	return pulumi.Map{
		"login":            pulumi.String(naming.DatabaseRoles(cfg.App.Name).Previews),
		"application":      pulumi.String(cfg.App.Name),
		"name":             pulumi.String(naming.PreviewDatabase(cfg.App.Name)),
		"namespaces":       pulumi.String(strings.TrimSuffix(cfg.Previews.Namespaces, "*")),
		"roleArn":          role.RoleArn,
		"region":           pulumi.String(cfg.Region),
		"secretName":       pulumi.String(naming.PreviewsSecret(cfg.Environment)),
		"image":            pulumi.String(cfg.Database.BootstrapImage),
		"targetSecretName": pulumi.String(cfg.App.SecretName),
		"entries":          pulumi.ToStringMap(previewEntries(cfg)),
	}
}

// previewEntries are the entries of a preview's Secret, as a template of the External Secrets Operator: the login and the server are what the
// secret has, and DATABASE stands for the preview's database.
func previewEntries(cfg *config.Config) map[string]string {
	content := connection.Connection{
		Host: "HOST", Port: cfg.Database.Port, Database: "DATABASE", Username: "USERNAME", Password: "PASSWORD",
		Instance: cfg.Instance(), CaBundlePath: cfg.TLS.CaBundlePath,
	}.Content(cfg.RequestedProperties())
	fill := strings.NewReplacer("HOST", "{{ .host }}", "USERNAME", "{{ .username }}", "PASSWORD", "{{ .password }}")
	entries := map[string]string{}
	for _, entry := range (connection.Layout{Chosen: cfg.App.SecretEntries, Bundle: cfg.TLS.CaBundlePath != ""}).Entries() {
		entries[entry.Name] = fill.Replace(content[entry.Property])
	}
	return entries
}
