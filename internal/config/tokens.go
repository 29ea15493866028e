package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/connection"
)

// tokens asks for what logins by token need, and refuses what only passwords can do.
func (l *loader) tokens() {
	c, d := l.config, l.config.Database
	if !c.ByToken() {
		return
	}
	if !d.IamDatabaseAuthentication {
		l.conflict(Problem{Key: "database.credentials", Value: schema.Show(d.Credentials),
			Rule: "iam only with iamDatabaseAuthentication: without it the server takes no tokens",
			Fix:  "iamDatabaseAuthentication: true, or another kind of credentials"}, "database.iamDatabaseAuthentication")
	}
	if c.Pooling.Enabled {
		l.conflict(Problem{Key: "pooling.enabled", Value: schema.Show(c.Pooling.Enabled),
			Rule: "not with credentials iam: PgBouncer logs in with what a file says, and makes no tokens",
			Fix:  "false, and a pool in the application; or credentials: alternating"}, "database.credentials")
	}
	if d.ReadOnlyLogin {
		l.conflict(Problem{Key: "database.readOnlyLogin", Value: schema.Show(d.ReadOnlyLogin),
			Rule: "not with credentials iam: its secret is there for a password",
			Fix:  "false, and iamPrincipals for who reads; or credentials: alternating"}, "database.credentials")
	}
	if c.HasPreviews() {
		l.conflict(Problem{Key: "previews.namespaces", Value: schema.Show(c.Previews.Namespaces),
			Rule: "not with credentials iam: the login of previews has a password, and passwordVersion, which rotates it, stays as it is",
			Fix:  "nothing: remove the field; or credentials: alternating"}, "database.credentials")
	}
	for _, app := range c.Applications() {
		l.tokensOf(app)
	}
}

// tokensOf asks for pods that have the application's role, and for entries without the password that there is not.
func (l *loader) tokensOf(app Application) {
	if app.SecretsServiceAccount != "" && len(app.Trusted()) == 0 {
		l.conflict(Problem{Key: app.Key() + ".secretsServiceAccount", Value: schema.Show(app.SecretsServiceAccount),
			Rule: "with credentials iam, not without trustedServiceAccounts: it has the role, by which pods log in, and no pod has it",
			Fix:  fmt.Sprintf("trustedServiceAccounts: [%s/%s] beside it, and this role in the annotation of that ServiceAccount; or no secretsServiceAccount", app.Namespace, app.ServiceAccount)},
			"database.credentials", "additionalApps")
	}
	for _, name := range slices.Sorted(maps.Keys(app.SecretEntries)) {
		if app.SecretEntries[name] == connection.Password {
			l.conflict(Problem{Key: app.Key() + ".secretEntries." + name, Value: schema.Show(connection.Password),
				Rule: "not with credentials iam: there is no password",
				Fix:  "nothing: remove the entry; the application makes a token for every connection (docs/how-to/clients.md)"},
				"database.credentials", "additionalApps")
		}
	}
}
