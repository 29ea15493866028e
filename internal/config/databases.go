package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// OwnDatabase is the database of one additional application, on the instance that all share.
type OwnDatabase struct {
	Name          string     `key:"name" unset:"none: the application uses database.name" rule:"optional,databaseName" doc:"Name of the database, which is made with an owner, logins and secrets of its own; no other application may connect."`
	ReadOnlyLogin bool       `key:"readOnlyLogin" doc:"Makes a login that only reads this database, with a secret of its own."`
	Migrations    Migrations `key:"migrations" free:"in the cluster" doc:"Job that brings the schema of this database to the application's revision."`
}

// Schemas are the applications that have logins and a schema: the main one, and each with a database of its own.
func (c *Config) Schemas() []Application {
	return slices.DeleteFunc(c.Applications(), func(app Application) bool { return !app.OwnsSchema })
}

// OwnDatabases are the additional applications with a database of their own.
func (c *Config) OwnDatabases() []Application {
	return slices.DeleteFunc(c.Schemas(), func(app Application) bool { return app.Main })
}

// NameKey is the key in the stack file that names the application.
func (a Application) NameKey() string {
	if a.Main {
		return "app.name"
	}
	return a.Key()
}

// MigrationsKey is the key of the application's migrations.
func (a Application) MigrationsKey() string {
	if a.Main {
		return "migrations"
	}
	return a.Key() + ".database.migrations"
}

// Pooled tells whether the application's URLs lead to the pooler, which serves the main database alone.
func (c *Config) Pooled(app Application) bool {
	return c.Pooling.Routed() && app.Database == c.Database.Name
}

// databases holds the databases of additional applications apart, and to what they need.
func (l *loader) databases() {
	for _, app := range l.config.AdditionalApps {
		if field, own := "additionalApps."+app.Name+".database", app.Database; own.Name == "" && (own.ReadOnlyLogin || own.Migrations.Image != "") {
			l.conflict(Problem{Key: field + ".name",
				Rule: "required with anything else of the database: without a name there is none",
				Fix:  "a name such as " + strings.ReplaceAll(app.Name, "-", "_") + ", or remove additionalApps." + app.Name + ".database"})
		}
	}
	own := l.config.OwnDatabases()
	if len(own) == 0 {
		return
	}
	l.ownCredentials(own[0])
	l.oneDatabaseAlone(own[0])
	for _, app := range own {
		l.ownNames(app)
	}
}

// ownCredentials asks for logins: the master user's would reach every database.
func (l *loader) ownCredentials(app Application) {
	if !l.config.Alternating() {
		l.conflict(Problem{Key: app.Key() + ".database.name", Value: schema.Show(app.Database),
			Rule: "only with credentials alternating: with credentials master every application has the master user, who may connect to all databases, and with iam one login",
			Fix:  "database.credentials: alternating; or remove " + app.Key() + ".database"}, "database.credentials")
	}
}

// oneDatabaseAlone refuses what moves one database, while there are others that it would leave behind.
func (l *loader) oneDatabaseAlone(app Application) {
	r := l.config.Restore
	if r.DumpAndLoad && l.config.keepsSource() {
		l.conflict(Problem{Key: "restore.dumpAndLoad", Value: schema.Show(r.DumpAndLoad),
			Rule: fmt.Sprintf("not with a database of an additional application, %s: the Job loads database.name alone, and the others would be missing", app.Database),
			Fix:  "a generation that is restored from a snapshot, which has all databases; or move " + app.Database + " by pg_dump to a stack of its own before (docs/how-to/databases.md)"}, app.Key())
	}
	if r.LogicalReplication != "" {
		l.conflict(Problem{Key: "restore.logicalReplication", Value: schema.Show(r.LogicalReplication),
			Rule: fmt.Sprintf("not with a database of an additional application, %s: a subscription follows database.name alone, and the others would be missing", app.Database),
			Fix:  "an upgrade in place (database.allowMajorVersionUpgrade), which has all databases; or move " + app.Database + " by pg_dump to a stack of its own before (docs/how-to/databases.md)"}, app.Key())
	}
}

// keepsSource tells whether the instance that was dumped is still one of the stack's.
func (c *Config) keepsSource() bool {
	return !slices.Contains(c.Restore.Released, c.Restore.SourceInstanceIdentifier)
}

// ownNames keeps a database and its roles apart from those of the applications before it, and holds the longest name that is
// put together to its limit.
func (l *loader) ownNames(app Application) {
	key, env := app.Key(), l.config.Environment
	for _, other := range l.config.Schemas() {
		if other.Name == app.Name {
			break
		}
		if strings.EqualFold(other.Database, app.Database) {
			l.conflict(Problem{Key: key + ".database.name", Value: schema.Show(app.Database),
				Rule: "its own: " + other.Name + " has a database of this name",
				Fix:  "another name; or remove " + key + ".database, so that the application uses database.name"}, "database.name", other.NameKey())
		}
		for _, role := range naming.DatabaseRoles(app.Name).All() {
			if slices.Contains(naming.DatabaseRoles(other.Name).All(), role) {
				l.conflict(Problem{Key: key, Value: schema.Show(app.Name),
					Rule: fmt.Sprintf("with a database of its own, not a name by which %s and this application would share a role of the server, %s", other.Name, role),
					Fix:  "another name for the application"}, other.NameKey())
				break
			}
		}
	}
	l.length(longName{what: "name of the migrator's role", name: naming.AdminRole(env, app.Name), most: 64, fields: key, value: app.Name})
}
