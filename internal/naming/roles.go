package naming

import "strings"

// Roles are the names of an application's roles in PostgreSQL. Each has at most 63 characters and needs no quotes in SQL.
type Roles struct {
	Owner     string // <app>_owner, owner of the schema; cannot log in
	ReadWrite string // <app>_readwrite, with the privileges of the application
	ReadOnly  string // <app>_readonly, with the privileges of the readers

	Application Pair // <app>_a, <app>_b
	Migrator    Pair // <app>_migrator_a, <app>_migrator_b
	Reader      Pair // <app>_reader_a, <app>_reader_b
	// The logins of application and migrator by IAM token. They have names of their own, so that a database that is moved to tokens keeps
	// what logs in by password.
	ApplicationIAM string // <app>_iam
	MigratorIAM    string // <app>_migrator_iam
	Previews       string // <app>_previews, the login that preview environments share; it makes their databases
	IAMUsers       string // <app>_people, the login that IAM users share; it takes tokens, not passwords
}

// Pair are the names of two logins that the clients use alternately: a rotation gives the inactive one a new password, and
// makes it the active one.
type Pair struct{ A, B string }

// Active returns the login that the clients use at a passwordVersion: A if it is odd, B if it is even.
func (p Pair) Active(passwordVersion int) string {
	if passwordVersion%2 == 1 {
		return p.A
	}
	return p.B
}

// All returns both logins.
func (p Pair) All() []string { return []string{p.A, p.B} }

// DatabaseRoles returns the roles of an application, such as core-api.
func DatabaseRoles(app string) Roles {
	app = strings.ReplaceAll(app, "-", "_")
	pair := func(name string) Pair { return Pair{A: name + "_a", B: name + "_b"} }
	return Roles{
		Owner: app + "_owner", ReadWrite: app + "_readwrite", ReadOnly: app + "_readonly",
		Application: pair(app), Migrator: pair(app + "_migrator"), Reader: pair(app + "_reader"),
		ApplicationIAM: app + "_iam", MigratorIAM: app + "_migrator_iam", IAMUsers: app + "_people", Previews: app + "_previews",
	}
}

// All returns the names of all roles.
func (r Roles) All() []string {
	all := []string{r.Owner, r.ReadWrite, r.ReadOnly, r.ApplicationIAM, r.MigratorIAM, r.IAMUsers, r.Previews}
	for _, pair := range []Pair{r.Application, r.Migrator, r.Reader} {
		all = append(all, pair.All()...)
	}
	return all
}
