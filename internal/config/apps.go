package config

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/template"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// apps keeps the applications apart: two of them never share a role, a ServiceAccount or a Secret.
func (l *loader) apps() {
	owner := map[string]string{}
	for _, app := range l.config.Applications() {
		path := app.Key()
		if !app.Main {
			l.length(longName{what: "name of the application's role", name: naming.SecretsRole(l.config.Environment, app.Name), most: 64, fields: path, value: app.Name})
		}
		for _, claim := range []struct{ field, value, what string }{
			{"", app.Name, "name " + app.Name},
			{".serviceAccount", app.ServiceAccount, "serviceAccount " + app.Namespace + "/" + app.ServiceAccount},
			{".secretsServiceAccount", app.SecretsServiceAccount, "serviceAccount " + app.Namespace + "/" + app.SecretsServiceAccount},
			{".secretName", app.SecretName, "secretName " + app.Namespace + "/" + app.SecretName},
		} {
			other, taken := owner[claim.what]
			if claim.value == "" {
				continue
			}
			owner[claim.what] = path
			if taken && l.sound("app", "additionalApps") {
				kind, _, _ := strings.Cut(claim.what, " ")
				l.add(Problem{
					Key: Key(path + claim.field), Value: claim.value,
					Rule: fmt.Sprintf("not shared: %s has the same %s in the same namespace", other, kind), Fix: "another " + kind + " for one of the two",
				})
			}
		}
	}
}

// helmValues holds the templates to the vocabulary, and to what the charts need with this delivery.
func (l *loader) helmValues() {
	needs := template.ChartMakesObjects
	if l.config.Delivery == DeliveryPulumi {
		needs = template.ProgramMakesObjects
	}
	for _, app := range l.config.Applications() {
		if field := app.Key() + ".helmValues"; l.sound(field, "delivery") {
			l.add(template.Check(app.HelmValues, needs(app.shape())).Under(Key(field))...)
		}
	}
}
