package connection

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Entry is an entry of a Kubernetes Secret, and the property of the connection secret that is its value.
type Entry struct {
	Name, Property string
	// InsteadOf is the entry that leads to the pooler, where this one leads to the database; "": there is none.
	InsteadOf string
}

// Layout is what decides which entries a Secret has.
type Layout struct {
	Chosen map[string]string // properties by the names that the application has chosen for them
	Pooled bool              // the connection leads to a pooler
	Bundle bool              // clients have a CA bundle
	Tokens bool              // the login takes tokens, and has no password
}

// defaults are the entries that every Secret with a connection has. PGSSLMODE and PGSSLROOTCERT are what libpq and asyncpg read.
func defaults() []Entry {
	return []Entry{
		{Name: "DB_URL", Property: "sqlalchemy_url"}, {Name: "DB_LIBPQ_URL", Property: "url"},
		{Name: "DB_HOST", Property: "host"}, {Name: "DB_PORT", Property: "port"}, {Name: "DB_NAME", Property: "database"},
		{Name: "DB_USER", Property: "username"}, {Name: "DB_PASSWORD", Property: Password},
		{Name: "PGSSLMODE", Property: "sslmode"}, {Name: rootCert, Property: BundlePath},
	}
}

const rootCert = "PGSSLROOTCERT"

// Entries returns the entries of a Secret: the default ones, of which the application may have chosen another property, and those
// that it has chosen besides. With a pooler, each that leads to it has another one that leads to the database.
func (l Layout) Entries() []Entry {
	entries := defaults()
	for _, name := range slices.Sorted(maps.Keys(l.Chosen)) {
		chosen := Entry{Name: name, Property: l.Chosen[name]}
		if i := slices.IndexFunc(entries, func(e Entry) bool { return e.Name == name }); i >= 0 {
			entries[i] = chosen
		} else {
			entries = append(entries, chosen)
		}
	}
	var present, past []Entry
	for _, e := range entries {
		if e.Property == BundlePath && !l.Bundle || e.Property == Password && l.Tokens {
			continue
		}
		if e.Property != BundlePath || !l.Pooled { // to the pooler there is no CA bundle
			present = append(present, e)
		}
		if p, _ := Lookup(e.Property); l.Pooled && p.ofAddress {
			past = append(past, Entry{Name: DirectName(e.Name), Property: direct + e.Property, InsteadOf: e.Name})
		}
	}
	return append(present, past...)
}

// DirectName is the name of the entry that leads to the database, where the entry of this name leads to a pooler.
func DirectName(name string) string {
	if rest, ok := strings.CutPrefix(name, "DB_"); ok && isDefault(name) {
		return "DB_DIRECT_" + rest
	}
	return "DIRECT_" + name
}

func isDefault(name string) bool {
	return slices.ContainsFunc(defaults(), func(e Entry) bool { return e.Name == name })
}

// reserved are the names that no application may choose, as regular expressions, with the reason.
func reserved() [][2]string {
	return [][2]string{
		{"PGSSLMODE$|" + rootCert + "$", "it is there, and says how clients verify the server"},
		{"DB_SECRET_VERSION", "it tells which version of the secret the pods have"},
		{"(DB_)?DIRECT_", "with a pooler, such an entry leads past it, and is made beside the one without DIRECT_"},
		{"PGOPTIONS$|PGCONNECT_TIMEOUT$", "the migration sets it"},
	}
}

// Reserved tells why an application may not choose this name for an entry; "": it may.
func Reserved(name string) string {
	for _, r := range reserved() {
		if regexp.MustCompile("^(" + r[0] + ")").MatchString(name) {
			return r[1]
		}
	}
	return ""
}

// ReservedNames is a regular expression of all names that no application may choose.
func ReservedNames() string {
	var all []string
	for _, r := range reserved() {
		all = append(all, r[0])
	}
	return "^(" + strings.Join(all, "|") + ")"
}
