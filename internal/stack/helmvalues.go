package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// helmValues returns the values for an application's Helm chart. With delivery gitops, and from the handover on, the chart
// creates the ServiceAccount and the ExternalSecret; with delivery pulumi, this program does, and the chart must not. The
// chart runs migrations with gitops only.
func helmValues(cfg *config.Config, app application) pulumi.Map {
	gitops := cfg.Delivery != config.DeliveryPulumi
	annotations := pulumi.StringMap{}
	if app.ReloadOnChange {
		annotations["secret.reloader.stakater.com/reload"] = pulumi.String(app.SecretName)
	}
	account := pulumi.Map{
		"create":      pulumi.Bool(gitops),
		"name":        pulumi.String(app.RoleAccount()),
		"annotations": pulumi.Map{"eks.amazonaws.com/role-arn": app.role.RoleArn},
	}
	store, kind := app.Store()
	secrets := pulumi.Map{
		"enabled":            pulumi.Bool(gitops),
		"secretStore":        pulumi.String(store),
		"databaseSecretName": pulumi.String(naming.ConnectionSecret(cfg.Environment)),
		"targetSecretName":   pulumi.String(app.SecretName),
		"region":             pulumi.String(cfg.Region),
	}
	if len(app.SecretEntries) > 0 { // not in every stack: a chart may refuse values that it does not know
		secrets["entries"] = pulumi.ToStringMap(app.SecretEntries)
	}
	if kind != "" {
		secrets["secretStoreKind"] = pulumi.String(kind)
	}
	if app.SecretsServiceAccount != "" {
		// Nothing about the application's own: any value would take the place of the chart's, and with it the role that the
		// application has.
		secrets["serviceAccount"], account = account, pulumi.Map{}
	}
	return pulumi.Map{
		"serviceAccount":  account,
		"externalSecrets": secrets,
		"migrations": pulumi.Map{
			"enabled": pulumi.Bool(!cfg.Delivery.InCluster() && cfg.Migrations.Enabled && app.OwnsSchema),
			"image":   pulumi.String(cfg.Migrations.Image),
			"command": pulumi.ToStringArray(cfg.Migrations.Command),
		},
		// For the Deployment that uses the Secret.
		"deploymentAnnotations": annotations,
		// The pods need the file that PGSSLROOTCERT names.
		"tls": pulumi.Map{
			"caBundlePath":      pulumi.String(cfg.TLS.CaBundlePath),
			"caBundleConfigMap": pulumi.String(cfg.TLS.CaBundleConfigMap),
		},
	}
}
