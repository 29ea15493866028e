package stack

import (
	"cmp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/template"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// helmValues returns the values for an application's Helm chart, in the shape of its template.
func (d *deployment) helmValues(app application) pulumi.Map {
	return renderMap(app.HelmValues, d.placeholders(app))
}

// placeholders returns the values of all placeholders of a template. With delivery gitops, and from the handover on, the chart
// creates the ServiceAccount and the ExternalSecret; with delivery pulumi, this program does, and the chart must not. The
// chart runs migrations with gitops only.
func (d *deployment) placeholders(app application) map[string]pulumi.Input {
	cfg := d.cfg
	annotations := pulumi.StringMap{}
	if app.ReloadOnChange {
		annotations["secret.reloader.stakater.com/reload"] = pulumi.String(app.SecretName)
	}
	store, kind := app.Store()
	pooler := ""
	if cfg.Pooled(app.Application) {
		pooler = poolerEndpoint(cfg)
	}
	repository, tag := splitImage(app.Migrations.Image) // "" with the main database of another application
	return map[string]pulumi.Input{
		"applicationName":           pulumi.String(app.Name),
		"namespace":                 pulumi.String(app.Namespace),
		"environment":               pulumi.String(cfg.Environment),
		"region":                    pulumi.String(cfg.Region),
		"accountId":                 pulumi.String(cfg.AccountID),
		"clusterName":               pulumi.String(cfg.Cluster.Name),
		"chartCreatesObjects":       pulumi.Bool(cfg.Delivery != config.DeliveryPulumi),
		"serviceAccountName":        pulumi.String(app.ServiceAccount),
		"roleServiceAccount":        pulumi.String(app.RoleAccount()),
		"roleArn":                   app.role.RoleArn,
		"secretStoreName":           pulumi.String(store),
		"secretStoreKind":           pulumi.String(cmp.Or(kind, "SecretStore")),
		"secretEntries":             pulumi.ToStringMap(app.SecretEntries),
		"externalSecretName":        pulumi.String(naming.ExternalSecret(app.Name)),
		"connectionSecretName":      pulumi.String(app.Secrets.Connection),
		"connectionSecretArn":       app.secret.arn,
		"kubernetesSecretName":      pulumi.String(app.SecretName),
		"deploymentAnnotations":     annotations,
		"chartRunsMigrations":       pulumi.Bool(!cfg.Delivery.InCluster() && app.Migrates()),
		"migrationsImage":           pulumi.String(app.Migrations.Image),
		"migrationsImageRepository": pulumi.String(repository),
		"migrationsImageTag":        pulumi.String(tag),
		"migrationsCommand":         pulumi.ToStringArray(app.Migrations.Command),
		"caBundlePath":              pulumi.String(cfg.TLS.CaBundlePath),
		"caBundleConfigMap":         pulumi.String(cfg.TLS.CaBundleConfigMap),
		"endpoint":                  d.db.Endpoint,
		"port":                      d.db.Port,
		"databaseName":              pulumi.String(app.Database),
		"poolerEndpoint":            pulumi.String(pooler),
	}
}

// splitImage splits an image at its last colon, so that repository:tag is the image again, also with a digest.
func splitImage(image string) (repository, tag string) {
	at := strings.LastIndex(image, ":")
	if at < 0 {
		return image, ""
	}
	return image[:at], image[at+1:]
}

// render puts values into a template, or a part of one.
func render(node any, values map[string]pulumi.Input) pulumi.Input {
	switch node := node.(type) {
	case map[string]any:
		return renderMap(node, values)
	case []any:
		list := pulumi.Array{}
		for _, item := range node {
			list = append(list, render(item, values))
		}
		return list
	case string:
		return renderText(template.Parse(node), values)
	default:
		return pulumi.Any(node)
	}
}

func renderMap(node map[string]any, values map[string]pulumi.Input) pulumi.Map {
	rendered := pulumi.Map{}
	for name, value := range node {
		rendered[name] = render(value, values)
	}
	return rendered
}

// renderText returns a text. A placeholder that stands alone keeps the type of its value.
func renderText(parts []template.Part, values map[string]pulumi.Input) pulumi.Input {
	if len(parts) == 1 && parts[0].IsPlaceholder {
		return values[parts[0].Placeholder]
	}
	format, words := "", []any{}
	for _, part := range parts {
		format += "%v"
		if part.IsPlaceholder {
			words = append(words, values[part.Placeholder])
		} else {
			words = append(words, part.Words)
		}
	}
	return pulumi.Sprintf(format, words...)
}
