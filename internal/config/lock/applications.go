package lock

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// applicationKey is the full key of an additional application.
func applicationKey(name string) string { return config.Key("additionalApps.") + name }

const protected, unprotected = "protected", "unprotected"

// application is how an additional application is locked: what it is, and whether it may be taken out.
func application(app *config.AdditionalApp) string {
	protection := unprotected
	if app.DeletionProtection {
		protection = protected
	}
	return strings.Join([]string{app.Namespace, app.ServiceAccount, app.SecretName, protection}, " ")
}

// changedApplications refuses an application that is another than before, or gone while it was protected.
func changedApplications(c *config.Config, before map[string]string) schema.Problems {
	now := map[string]*config.AdditionalApp{}
	for _, app := range c.AdditionalApps {
		now[applicationKey(app.Name)] = app
	}
	var problems schema.Problems
	for _, full := range slices.Sorted(maps.Keys(before)) {
		old := strings.Fields(before[full])
		if !strings.HasPrefix(full, applicationKey("")) || len(old) != 4 {
			continue
		}
		app, there := now[full]
		if !there {
			if old[3] == protected {
				problems = append(problems, schema.Problem{
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
				problems = append(problems, schema.Problem{
					Key: full + "." + field.name, Value: field.value,
					Rule: fmt.Sprintf("immutable, %s since the application was added: the objects that exist would be deleted, the pods' Secret among them", old[i]),
					Fix:  old[i] + "; or an entry of another name beside this one",
				})
			}
		}
	}
	return problems
}
