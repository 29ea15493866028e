package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// AdditionalApp is one more application that uses the database, beside the one that owns its schema.
type AdditionalApp struct {
	Name               string // the key
	Namespace          string // default: that of app; it has to be there
	ServiceAccount     string // default: Name
	SecretName         string // the Kubernetes Secret that is made; default: <Name>-db-secret
	ReloadOnChange     bool   // restarts pods when the Secret changes, by helmValues
	DeletionProtection bool   // keeps its role and objects; false in an earlier run lets it be taken out
}

func (a *AdditionalApp) fields() []field {
	return []field{
		text("namespace", &a.Namespace, "Namespace of the application; it has to be there.", namespaceRule()).
			defaultsTo("app.namespace"),
		text("serviceAccount", &a.ServiceAccount, "ServiceAccount that may read the secrets, with a role of its own.", subdomainRule()).
			defaultsTo("the application's name"),
		text("secretName", &a.SecretName, "Kubernetes Secret that is made.", subdomainRule()).
			defaultsTo("<name>-db-secret"),
		boolean("reloadOnChange", &a.ReloadOnChange, "Asks the chart for Reloader's annotation."),
		boolean("deletionProtection", &a.DeletionProtection, "Refuses to take the application out; switch it off in a run before."),
	}
}

func newAdditionalApp(name string) *AdditionalApp {
	return &AdditionalApp{Name: name, ReloadOnChange: true, DeletionProtection: true}
}

// additionalApps is the key with an object per application, by its name.
func (c *Config) additionalApps() key {
	name := labelRule()
	return key{
		namespace: Namespace, fields: newAdditionalApp("").fields(), each: true,
		field: field{
			name: "additionalApps", kind: kindObjects, rule: name.text,
			description: "More applications that use the database, by name, each with its own role, ServiceAccount, SecretStore and Secret.",
			value:       func() string { return "{}" },
			decode: func(raw json.RawMessage) Problems {
				entries, ok := parseJSON[map[string]json.RawMessage](raw)
				if !ok {
					return kindObjects.mismatch("", raw)
				}
				var problems Problems
				c.AdditionalApps = nil
				for _, entry := range slices.Sorted(maps.Keys(entries)) {
					if wrong := name.judge("."+entry, entry); wrong != nil {
						problems = append(problems, wrong...)
						continue
					}
					app := newAdditionalApp(entry)
					c.AdditionalApps = append(c.AdditionalApps, app)
					problems = append(problems, decodeFields(app.fields(), entries[entry]).under("."+entry)...)
				}
				return problems
			},
		},
	}
}

// decodeFields reads an object of fields; one that it does not have is a problem.
func decodeFields(fields []field, raw json.RawMessage) Problems {
	values, ok := parseJSON[map[string]json.RawMessage](raw)
	if !ok {
		return kindObject.mismatch("", raw)
	}
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	var problems Problems
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(names, name) {
			problem, _ := unknownName(".", name, "an application has no such field", names)
			problems = append(problems, problem)
		}
	}
	for _, f := range fields {
		if value, ok := values[f.name]; ok {
			problems = append(problems, f.decode(value).under("."+f.name)...)
		}
	}
	return problems
}

// deriveApps fills in what depends on other fields.
func (c *Config) deriveApps() {
	for _, app := range c.AdditionalApps {
		app.Namespace = cmp.Or(app.Namespace, c.App.Namespace)
		app.ServiceAccount = cmp.Or(app.ServiceAccount, app.Name)
		app.SecretName = cmp.Or(app.SecretName, naming.KubernetesSecret(app.Name))
	}
}

// apps keeps the applications apart: two of them never share a role, a ServiceAccount or a Secret.
func (l *loader) apps() {
	app := l.config.App
	owner := map[string]string{
		"name " + app.Name: "app",
		"serviceAccount " + app.Namespace + "/" + app.ServiceAccount: "app",
		"secretName " + app.Namespace + "/" + app.SecretName:         "app",
	}
	for _, additional := range l.config.AdditionalApps {
		path := "additionalApps." + additional.Name
		l.length("name of the application's role", naming.SecretsRole(l.config.Environment, additional.Name), 64, path, additional.Name)
		for _, claim := range []struct{ field, value, what string }{
			{"", additional.Name, "name " + additional.Name},
			{".serviceAccount", additional.ServiceAccount, "serviceAccount " + additional.Namespace + "/" + additional.ServiceAccount},
			{".secretName", additional.SecretName, "secretName " + additional.Namespace + "/" + additional.SecretName},
		} {
			other, taken := owner[claim.what]
			owner[claim.what] = path
			if taken && l.sound("app", "additionalApps") {
				kind, _, _ := strings.Cut(claim.what, " ")
				l.add(Problem{
					Key: ownKey(path + claim.field), Value: claim.value,
					Rule: fmt.Sprintf("its own: %s has the same %s in the same namespace", other, kind), Fix: "another one for one of the two",
				})
			}
		}
	}
}

// settledApp is how an application is settled: what it is, and whether it may be taken out.
func (a *AdditionalApp) settled() string {
	protection := "unprotected"
	if a.DeletionProtection {
		protection = "protected"
	}
	return strings.Join([]string{a.Namespace, a.ServiceAccount, a.SecretName, protection}, " ")
}

// settledAppsKey begins the settled keys of the applications.
var settledAppsKey = ownKey("additionalApps.")

// changedApps refuses an application that is another than before, or gone while it was protected.
func (c *Config) changedApps(before map[string]string) Problems {
	now := map[string]*AdditionalApp{}
	for _, app := range c.AdditionalApps {
		now[settledAppsKey+app.Name] = app
	}
	var problems Problems
	for _, full := range slices.Sorted(maps.Keys(before)) {
		if !strings.HasPrefix(full, settledAppsKey) {
			continue
		}
		old := strings.Fields(before[full])
		if len(old) != 4 {
			continue
		}
		app, there := now[full]
		if !there {
			if old[3] == "protected" {
				problems = append(problems, Problem{
					Key: full, Value: "not there any more",
					Rule: "protected: its role, its ServiceAccount and the Secret that its pods use would be deleted",
					Fix:  "the entry again; or, with it, deletionProtection: false in this run, and no entry in a later one",
				})
			}
			continue
		}
		for i, field := range []struct{ name, value string }{
			{"namespace", app.Namespace}, {"serviceAccount", app.ServiceAccount}, {"secretName", app.SecretName},
		} {
			if field.value != old[i] {
				problems = append(problems, Problem{
					Key: full + "." + field.name, Value: field.value,
					Rule: fmt.Sprintf("settled when the application was added, as %s: the objects that exist would be deleted, the pods' Secret among them", old[i]),
					Fix:  old[i] + "; or an entry of another name beside this one",
				})
			}
		}
	}
	return problems
}
