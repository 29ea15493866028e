package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/iam"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// HasLogins tells whether the clients have logins of their own, which the bootstrap makes.
func (c *Config) HasLogins() bool { return c.Alternating() || c.ByToken() }

// Alternating tells whether the clients log in as one of two logins with passwords.
func (c *Config) Alternating() bool { return c.Database.Credentials == CredentialsAlternating }

// ByToken tells whether the clients log in by tokens of their IAM roles.
func (c *Config) ByToken() bool { return c.Database.Credentials == CredentialsIAM }

// Secrets are the names of the stack's secrets in Secrets Manager, each of which is billed; of that of RDS, what it begins with.
func (c *Config) Secrets() []string {
	names := []string{naming.CredentialsSecret(c.Environment), naming.ConnectionSecret(c.Environment)}
	if c.HasLogins() {
		names = append(names, naming.BootstrapSecret(c.Environment), naming.MigratorSecret(c.Environment))
	}
	if c.Database.ReadOnlyLogin {
		names = append(names, naming.ReadOnlySecret(c.Environment))
	}
	for _, app := range c.OwnDatabases() {
		names = append(names, app.Secrets.Connection, app.Secrets.Bootstrap, app.Secrets.Migrator)
		if app.ReadOnlyLogin {
			names = append(names, app.Secrets.ReadOnly)
		}
	}
	if c.HasPreviews() {
		names = append(names, naming.PreviewsSecret(c.Environment))
	}
	if c.Pooling.Enabled {
		names = append(names, naming.PoolerSecret(c.Environment))
	}
	if c.Loads() {
		names = append(names, naming.LoadSecret(c.Environment))
	}
	if c.Database.ManageMasterUserPassword {
		names = append(names, naming.ManagedSecrets)
	}
	return names
}

// HasPreviews tells whether preview environments have databases of their own.
func (c *Config) HasPreviews() bool { return c.Previews.Namespaces != "" }

// PodsConnect tells whether this program makes pods that connect to the database: those of the migration, of the bootstrap, of the
// load or of the pooler.
func (c *Config) PodsConnect() bool {
	return c.Delivery.InCluster() && (c.Migrations.Enabled || c.HasLogins() || c.Pooling.Enabled || c.Loads())
}

// PeopleTrust is the trust policy of the role with which iamPrincipals get a token for the database.
func (c *Config) PeopleTrust() iam.Document {
	return iam.Policy(iam.Statement{
		Effect: iam.Allow, Principal: iam.Principal{"AWS": c.Database.IamPrincipals}, Action: iam.Values{"sts:AssumeRole"},
	})
}

// people holds the trust policy of their role to IAM's quota.
func (l *loader) people() {
	const most = 2048 // characters; IAM raises it to 4,096 on request
	principals := l.config.Database.IamPrincipals
	text, err := l.config.PeopleTrust().Encode(iam.ListsSorted)
	if err == nil && len(text) <= most {
		return
	}
	l.conflict(Problem{Key: "database.iamPrincipals", Value: fmt.Sprintf("%d principals", len(principals)),
		Rule: fmt.Sprintf("together at most %d characters, IAM's quota for a trust policy; the policy has %d", most, len(text)),
		Fix:  "one role that all of these people may assume, such as that of a permission set, or fewer of them"})
}

// logins asks for what logins of the clients' own need, and for them where something needs them.
func (l *loader) logins() {
	c, d := l.config, l.config.Database
	if !c.HasLogins() {
		for _, needs := range []struct {
			field string
			given bool
		}{
			{"database.readOnlyLogin", d.ReadOnlyLogin}, {"database.iamPrincipals", len(d.IamPrincipals) > 0},
			{"database.masterPasswordVersion", d.MasterPasswordVersion != 0}, {"previews.namespaces", c.HasPreviews()},
		} {
			if needs.given {
				l.conflict(Problem{Key: needs.field,
					Rule: "only with credentials alternating or iam, which have a Job that makes the logins",
					Fix:  "nothing: remove the field; or credentials: alternating"}, "database.credentials")
			}
		}
		return
	}
	if c.Delivery != DeliveryPulumi {
		l.conflict(Problem{Key: "database.credentials", Value: schema.Show(d.Credentials),
			Rule: fmt.Sprintf("master with delivery %s: this program runs a Job in the cluster between the contents of two secrets", c.Delivery),
			Fix:  "master, or delivery: pulumi"}, "delivery")
	}
	if len(d.IamPrincipals) > 0 && !d.IamDatabaseAuthentication {
		l.conflict(Problem{Key: "database.iamPrincipals", Value: schema.Show(d.IamPrincipals),
			Rule: "only with iamDatabaseAuthentication",
			Fix:  "iamDatabaseAuthentication: true, or no principals"}, "database.iamDatabaseAuthentication")
	}
	l.principals()
	l.people()
	l.tokens()
	if !l.sound("environment", "app.name") {
		return
	}
	l.length(longName{what: "name of the bootstrap's role", name: naming.AdminRole(c.Environment, c.App.Name), most: 64, fields: "environment or app.name", value: c.Environment})
	if c.HasPreviews() {
		l.length(longName{what: "name of the previews' role", name: naming.PreviewsRole(c.Environment, c.App.Name), most: 64, fields: "environment or app.name", value: c.Environment})
	}
	for _, app := range c.Schemas() {
		l.roleNames(app)
	}
}

// roleNames keeps the roles of an application apart from those of the server, and from the master user.
func (l *loader) roleNames(app Application) {
	key, username, roles := app.NameKey(), l.config.Database.Username, naming.DatabaseRoles(app.Name)
	if strings.HasPrefix(roles.Owner, "pg_") || strings.HasPrefix(roles.Owner, "rds") {
		l.conflict(Problem{Key: key, Value: schema.Show(app.Name),
			Rule: "with credentials alternating or iam, not beginning like a role of PostgreSQL's or RDS's own (pg, rds): the logins are named after it",
			Fix:  "another name; or credentials: master"}, "database.credentials")
	}
	if slices.Contains(roles.All(), strings.ToLower(username)) {
		l.conflict(Problem{Key: "database.username", Value: schema.Show(username),
			Rule: "not one of the roles that credentials " + string(l.config.Database.Credentials) + " makes for " + app.Name,
			Fix:  "another name, such as mosaicadmin"}, key, "database.credentials")
	}
}
