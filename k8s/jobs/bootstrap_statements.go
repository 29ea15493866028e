package jobs

import (
	_ "embed"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
)

// bootstrapSQL has the statements of the bootstrap, for psql 15 or later.
//
//go:embed bootstrap.sql
var bootstrapSQL string

// bootstrapDatabaseSQL has those that come first where the database is an additional application's own. They make it, and connect to it.
//
//go:embed bootstrap_database.sql
var bootstrapDatabaseSQL string

// previewsSQL has the statements about the login of preview environments.
//
//go:embed previews.sql
var previewsSQL string

// extensionsSQL has the statements that make the extensions.
//
//go:embed extensions.sql
var extensionsSQL string

// psql returns the command that runs the statements.
func psql(app config.Application) []string {
	statements := bootstrapSQL + previewsSQL + extensionsSQL
	if !app.Main {
		statements = bootstrapDatabaseSQL + bootstrapSQL
	}
	return []string{"/bin/sh", "-ec", "psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file=- <<'SQL'\n" + statements + "SQL\n"}
}

// setting is an environment variable that is not secret.
type setting struct{ name, value string }

// plainVariables returns the variables of the statements and of psql that are not secret, sorted by name.
func plainVariables(cfg *config.Config, app config.Application) []setting {
	roles := naming.DatabaseRoles(app.Name)
	values := map[string]string{
		// The statements refuse a lower passwordVersion than the last one.
		"INSTANCE": cfg.Instance(), "PASSWORD_VERSION": strconv.Itoa(cfg.Database.PasswordVersion),
		"ROLE_OWNER": roles.Owner, "ROLE_READWRITE": roles.ReadWrite, "ROLE_READONLY": roles.ReadOnly,
		// The login of IAM users. Without principals it loses its privileges and may not log in.
		"LOGIN_PEOPLE": roles.IAMUsers, "PEOPLE_MAY_LOGIN": strconv.FormatBool(app.Main && len(cfg.Database.IamPrincipals) > 0),
		// The logins of the clients by token. Those of an earlier run stay, for pods that have not restarted.
		"LOGIN_APP_IAM": roles.ApplicationIAM, "LOGIN_MIGRATOR_IAM": roles.MigratorIAM, "CLIENTS_BY_TOKEN": strconv.FormatBool(cfg.ByToken()),
	}
	if app.Main {
		values["LOGIN_PREVIEWS"] = roles.Previews
		values["EXTENSIONS"], values["PRELOADED_EXTENSIONS"] = strings.Join(cfg.Extensions(), " "), strings.Join(cfg.PreloadedExtensions(), " ")
	} else {
		values["OWN_DATABASE"] = app.Database
		values["MAIN_ROLES"] = strings.Join(naming.DatabaseRoles(cfg.App.Name).All(), " ")
	}
	maps.Copy(values, verification(cfg.TLS))
	for name, login := range passwordLogins(roles) {
		values["LOGIN_"+name] = login
	}
	var settings []setting
	for _, name := range slices.Sorted(maps.Keys(values)) {
		settings = append(settings, setting{name, values[name]})
	}
	return settings
}

// verification is how psql verifies the server, in libpq's variables. The image has no CA bundle of its own.
func verification(tls config.TLS) map[string]string {
	if tls.CaBundleConfigMap == "" {
		return map[string]string{"PGSSLMODE": "require"}
	}
	return map[string]string{"PGSSLMODE": "verify-full", "PGSSLROOTCERT": tls.CaBundlePath}
}

// secretVariables returns the variables that are secret, with their properties in the bootstrap secret.
func secretVariables(cfg *config.Config, app config.Application) []manifest.Key {
	keys := []manifest.Key{
		{Name: "PGHOST", Property: "host"}, {Name: "PGPORT", Property: "port"}, {Name: "PGDATABASE", Property: "database"},
	}
	if !cfg.Database.ManageMasterUserPassword {
		keys = append(keys, masterVariables()...)
	}
	if cfg.ByToken() {
		return keys
	}
	for _, name := range slices.Sorted(maps.Keys(passwordLogins(naming.DatabaseRoles(app.Name)))) {
		if app.ReadOnlyLogin || !strings.HasPrefix(name, "READER") {
			keys = append(keys, manifest.Key{Name: "VERIFIER_" + name, Property: strings.ToLower(name) + "_verifier"})
		}
	}
	if app.Main && cfg.HasPreviews() {
		keys = append(keys, manifest.Key{Name: "VERIFIER_PREVIEWS", Property: "previews_verifier"})
	}
	return keys
}

// masterVariables are those of the master user, with their properties in the bootstrap secret, and in RDS's own.
func masterVariables() []manifest.Key {
	return []manifest.Key{{Name: "PGUSER", Property: "username"}, {Name: "PGPASSWORD", Property: "password"}}
}

// passwordLogins returns the logins with a password, by the ending of their variables' names, such as APP_A.
func passwordLogins(roles naming.Roles) map[string]string {
	all := map[string]string{}
	for name, pair := range map[string]naming.Pair{"APP": roles.Application, "MIGRATOR": roles.Migrator, "READER": roles.Reader} {
		all[name+"_A"], all[name+"_B"] = pair.A, pair.B
	}
	return all
}
