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

// bootstrapSQL is the statements of the bootstrap, for psql 15 or later.
//
//go:embed bootstrap.sql
var bootstrapSQL string

// psql runs the statements from its standard input.
func psql() []string {
	return []string{"/bin/sh", "-ec", "psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file=- <<'SQL'\n" + bootstrapSQL + "SQL\n"}
}

// setting is an environment variable that is not secret.
type setting struct{ name, value string }

// plainVariables are the variables of the statements, and of psql, that are not secret, in the order of their names.
func plainVariables(cfg *config.Config) []setting {
	roles := naming.DatabaseRoles(cfg.App.Name)
	values := map[string]string{
		// The database refuses a lower number of rotations than it has had.
		"INSTANCE": cfg.Instance(), "PASSWORD_VERSION": strconv.Itoa(cfg.Database.PasswordVersion),
		"ROLE_OWNER": roles.Owner, "ROLE_READWRITE": roles.ReadWrite, "ROLE_READONLY": roles.ReadOnly,
		// The login of IAM users; one that was there before cannot log in any more without principals.
		"LOGIN_PEOPLE": roles.People, "PEOPLE_MAY_LOGIN": strconv.FormatBool(len(cfg.Database.IamPrincipals) > 0),
		// The image has no CA bundle of its own.
		"PGSSLMODE": "require",
	}
	if cfg.TLS.CaBundleConfigMap != "" {
		values["PGSSLMODE"], values["PGSSLROOTCERT"] = "verify-full", cfg.TLS.CaBundlePath
	}
	for name, login := range passwordLogins(roles) {
		values["LOGIN_"+name] = login
	}
	var settings []setting
	for _, name := range slices.Sorted(maps.Keys(values)) {
		settings = append(settings, setting{name, values[name]})
	}
	return settings
}

// secretVariables are those that are secret, with the properties of the bootstrap's secret that they come from.
func secretVariables(cfg *config.Config) []manifest.Key {
	keys := []manifest.Key{
		{Name: "PGHOST", Property: "host"}, {Name: "PGPORT", Property: "port"}, {Name: "PGDATABASE", Property: "database"},
		{Name: "PGUSER", Property: "username"}, {Name: "PGPASSWORD", Property: "password"},
	}
	for _, name := range slices.Sorted(maps.Keys(passwordLogins(naming.DatabaseRoles(cfg.App.Name)))) {
		if cfg.Database.ReadOnlyLogin || !strings.HasPrefix(name, "READER") {
			keys = append(keys, manifest.Key{Name: "VERIFIER_" + name, Property: strings.ToLower(name) + "_verifier"})
		}
	}
	return keys
}

// passwordLogins are the logins that have passwords, by their names in the variables.
func passwordLogins(roles naming.Roles) map[string]string {
	all := map[string]string{}
	for name, pair := range map[string]naming.Pair{"APP": roles.Application, "MIGRATOR": roles.Migrator, "READER": roles.Reader} {
		all[name+"_A"], all[name+"_B"] = pair.A, pair.B
	}
	return all
}
