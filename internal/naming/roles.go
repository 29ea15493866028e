package naming

import "strings"

// Roles are the names of an application's roles in PostgreSQL, at most 63 characters each (PostgreSQL), as they are in
// SQL without quotes.
type Roles struct {
	Owner     string // of the schema; logs in nowhere
	ReadWrite string // has the privileges of the application
	ReadOnly  string // has the privileges of the readers

	Application Pair   // <app>_a, <app>_b
	Migrator    Pair   // <app>_migrator_a, <app>_migrator_b
	Reader      Pair   // <app>_reader_a, <app>_reader_b
	People      string // <app>_people, whose members log in by IAM token
}

// Pair is two logins that take turns: a rotation gives the one that rests a new password.
type Pair struct{ A, B string }

// Active is the login that the clients have at a number of rotations: A at odd ones, B at even ones.
func (p Pair) Active(number int) string {
	if number%2 == 1 {
		return p.A
	}
	return p.B
}

// All are both.
func (p Pair) All() []string { return []string{p.A, p.B} }

// DatabaseRoles makes them from the name of the application, such as core-api.
func DatabaseRoles(app string) Roles {
	app = strings.ReplaceAll(app, "-", "_")
	pair := func(name string) Pair { return Pair{A: name + "_a", B: name + "_b"} }
	return Roles{
		Owner: app + "_owner", ReadWrite: app + "_readwrite", ReadOnly: app + "_readonly",
		Application: pair(app), Migrator: pair(app + "_migrator"), Reader: pair(app + "_reader"), People: app + "_people",
	}
}

// All are all of them.
func (r Roles) All() []string {
	all := []string{r.Owner, r.ReadWrite, r.ReadOnly, r.People}
	for _, pair := range []Pair{r.Application, r.Migrator, r.Reader} {
		all = append(all, pair.All()...)
	}
	return all
}
