package config

import (
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// podNames are the names of the objects that one of this program's own pods uses.
type podNames struct {
	whose, because string   // whose they are, and the field by which they are there
	name           string   // after which its ExternalSecret and its Secret are named
	namespace      string   // of its objects
	accounts       []string // its ServiceAccounts
	role           bool     // its IAM role is named like an application's, whose namespace does not matter
}

// reserved are the names that no application may have: the two would share a Secret, a ServiceAccount or a role. With the bootstrap's Secret, pods
// would have the master user's password.
func (c *Config) reserved() []podNames {
	var all []podNames
	main, space := c.App.Name, c.App.Namespace
	for _, owner := range c.Schemas() {
		if !c.HasLogins() {
			break
		}
		all = append(all, podNames{whose: "the bootstrap's", because: "database.credentials", name: naming.Bootstrap(owner.Name), namespace: space, accounts: []string{naming.Admin(main)}})
		if owner.Migrations.Enabled {
			all = append(all, podNames{whose: "the migration's", because: "database.credentials", name: naming.Migrator(owner.Name), namespace: owner.Namespace, accounts: c.migratorAccounts(owner)})
		}
	}
	if c.Pooling.Enabled {
		pooler := naming.Pooler(main)
		all = append(all, podNames{whose: "the pooler's", because: "pooling.enabled", name: pooler, namespace: space, accounts: []string{pooler, naming.PoolerReader(main)}, role: true})
	}
	if c.HasPreviews() {
		all = append(all, podNames{whose: "the previews'", because: "previews.namespaces", name: naming.Previews(main), role: true})
	}
	if c.Loads() {
		load := naming.Load(main)
		all = append(all, podNames{whose: "the load's", because: "restore.dumpAndLoad", name: load, namespace: space, accounts: []string{load}, role: true})
	}
	return all
}

// migratorAccounts are the ServiceAccounts of an application's migration: one reads its secret, and one logs in by token.
func (c *Config) migratorAccounts(owner Application) []string {
	accounts := []string{naming.Admin(owner.Name)}
	if c.ByToken() {
		accounts = append(accounts, naming.Migrator(owner.Name))
	}
	return accounts
}

// reservedNames keeps the applications' objects apart from those of this program's own pods.
func (l *loader) reservedNames() {
	for _, own := range l.config.reserved() {
		for _, app := range l.config.Applications() {
			for _, problem := range own.takenBy(app) {
				l.conflict(problem, own.because)
			}
		}
	}
}

// takenBy is the problem of each of the names that an application has.
func (n podNames) takenBy(app Application) Problems {
	beside := app.Namespace == n.namespace
	if app.Name == n.name && (beside || n.role) {
		return Problems{{Key: app.NameKey(), Rule: "not " + n.whose + " own name", Fix: "another name"}} // Secret and ServiceAccount may be named after it
	}
	var problems Problems
	for _, taken := range []struct {
		field, value string
		own          []string
	}{
		{".secretName", app.SecretName, []string{naming.KubernetesSecret(n.name)}}, {".serviceAccount", app.ServiceAccount, n.accounts},
		{".secretsServiceAccount", app.SecretsServiceAccount, n.accounts},
	} {
		if beside && slices.Contains(taken.own, taken.value) {
			problems = append(problems, Problem{Key: app.Key() + taken.field, Value: schema.Show(taken.value), Rule: "not " + n.whose + " own", Fix: "another one"})
		}
	}
	return problems
}
