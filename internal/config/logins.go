package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Alternating tells whether the clients have logins of their own.
func (c *Config) Alternating() bool { return c.Database.Credentials == CredentialsAlternating }

// Secrets are the names of the stack's secrets in Secrets Manager, each of which is billed.
func (c *Config) Secrets() []string {
	names := []string{naming.CredentialsSecret(c.Environment), naming.ConnectionSecret(c.Environment)}
	if c.Alternating() {
		names = append(names, naming.BootstrapSecret(c.Environment), naming.MigratorSecret(c.Environment))
	}
	if c.Database.ReadOnlyLogin {
		names = append(names, naming.ReadOnlySecret(c.Environment))
	}
	if c.Pooling.Enabled {
		names = append(names, naming.PoolerSecret(c.Environment))
	}
	return names
}

// logins asks for what alternating credentials need, and for them where something needs them.
func (l *loader) logins() {
	c, d := l.config, l.config.Database
	if !c.Alternating() {
		for _, needs := range []struct {
			field string
			given bool
		}{
			{"database.readOnlyLogin", d.ReadOnlyLogin}, {"database.iamPrincipals", len(d.IamPrincipals) > 0},
			{"database.masterPasswordVersion", d.MasterPasswordVersion != 0},
		} {
			if needs.given {
				l.conflict("", "only with credentials alternating, which has a Job that makes the logins",
					"nothing: remove the field; or credentials: alternating", needs.field, "database.credentials")
			}
		}
		return
	}
	if c.Delivery != DeliveryPulumi {
		l.conflict(d.Credentials, fmt.Sprintf("master with delivery %s: this program runs a Job in the cluster between the contents of two secrets", c.Delivery),
			"master, or delivery: pulumi", "database.credentials", "delivery")
	}
	if len(d.IamPrincipals) > 0 && !d.IamDatabaseAuthentication {
		l.conflict(d.IamPrincipals, "only with iamDatabaseAuthentication", "iamDatabaseAuthentication: true, or no principals",
			"database.iamPrincipals", "database.iamDatabaseAuthentication")
	}
	if !l.sound("environment", "app.name") {
		return
	}
	l.length("name of the bootstrap's role", naming.AdminRole(c.Environment, c.App.Name), 64, "environment or app.name", c.Environment)
	roles := naming.DatabaseRoles(c.App.Name)
	if strings.HasPrefix(roles.Owner, "pg_") || strings.HasPrefix(roles.Owner, "rds") {
		l.conflict(c.App.Name, "with credentials alternating, not beginning like a role of PostgreSQL's or RDS's own (pg, rds): the logins are named after it",
			"another name; or credentials: master", "app.name", "database.credentials")
	}
	if slices.Contains(roles.All(), strings.ToLower(d.Username)) {
		l.conflict(d.Username, "not one of the roles that credentials alternating makes for "+c.App.Name, "another name, such as mosaicadmin",
			"database.username", "app.name", "database.credentials")
	}
}

var (
	credentialsKey = ownKey("database.credentials")
	passwordKey    = ownKey("database.passwordVersion")
)

// rotates lets alternating logins take turns one by one: a number that skips one, or falls, would change the login that
// the clients have.
func (c *Config) rotates(before map[string]string) Problems {
	old, now := settledNumber(before, passwordKey, 0), c.Database.PasswordVersion
	if !c.Alternating() || before[credentialsKey] != string(CredentialsAlternating) || now == old || now == old+1 {
		return nil
	}
	return Problems{{
		Key: passwordKey, Value: strconv.Itoa(now),
		Rule: fmt.Sprintf("with credentials alternating, %d or one more: another one would change the login that the clients have", old),
		Fix:  fmt.Sprintf("%d; and the next one in a later run, when all clients have restarted", old+1),
	}}
}
