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
	kept := []string{app.Namespace, app.ServiceAccount, app.SecretName, protection}
	if app.Database.Name != "" {
		kept = append(kept, app.Database.Name)
	}
	return strings.Join(kept, " ")
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
		if !strings.HasPrefix(full, applicationKey("")) || len(old) < 4 {
			continue
		}
		app, there := now[full]
		if !there {
			if old[3] == protected {
				problems = append(problems, schema.Problem{
					Key: full, Value: "not there any more",
					Rule: "protected: its role, its ServiceAccount and the Secret that its pods use would be deleted",
					Fix:  "the entry again; to remove it, write deletionProtection: false there in this run, and take the entry out in a later one",
				})
			}
			continue
		}
		problems = append(problems, changedDatabase(full, app, old[4:])...)
		for i, field := range []struct{ name, value string }{
			{"namespace", app.Namespace}, {"serviceAccount", app.ServiceAccount}, {"secretName", app.SecretName},
		} {
			if field.value != old[i] {
				problems = append(problems, schema.Problem{
					Key: full + "." + field.name, Value: field.value,
					Rule: fmt.Sprintf("immutable: %s, because the existing objects would be deleted, the pods' Secret among them", stays(old[i])),
					Fix:  old[i] + "; or add an entry with another name",
				})
			}
		}
	}
	return problems
}

// LeftDatabases are the databases of applications that are no longer in the stack file, each by the application's full key: no run drops one.
func LeftDatabases(c *config.Config, before map[string]string) map[string]string {
	left := map[string]string{}
	for full, was := range before {
		if kept := strings.Fields(was); strings.HasPrefix(full, applicationKey("")) && len(kept) == 5 {
			left[full] = kept[4] // its fifth word, as application() writes it
		}
	}
	for _, app := range c.AdditionalApps {
		delete(left, applicationKey(app.Name))
	}
	return left
}

// changedDatabase refuses an application that would find itself in another database than before: its data stays where it is. old is the
// database of its own, or empty.
func changedDatabase(full string, app *config.AdditionalApp, old []string) schema.Problems {
	before, now := strings.Join(old, ""), app.Database.Name
	if before == now {
		return nil
	}
	problem := schema.Problem{Key: full + ".database.name", Value: orUnset(now)}
	if before == "" {
		problem.Rule = fmt.Sprintf("immutable: %s, because its pods would find an empty database, and their data is in the one of database.name", stays(before))
		problem.Fix = "nothing: remove " + full + ".database; or add an entry with another name, and move the data there (docs/how-to/databases.md)"
	} else {
		problem.Rule = fmt.Sprintf("immutable: %s, because its pods would find another database, without their data, and no run drops the old one", stays(before))
		problem.Fix = before + "; or add an entry with another name, move the data there with pg_dump, and run DROP DATABASE by hand (docs/how-to/databases.md)"
	}
	return schema.Problems{problem}
}
