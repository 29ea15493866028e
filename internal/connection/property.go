package connection

import (
	"slices"
	"strconv"
)

// Property is one of a connection secret.
type Property struct {
	Name, Doc string
	OnRequest bool // the secret has it only where an application asks for an entry with it

	ofAddress bool                    // another one for the pooler than for the database
	value     func(Connection) string // "": the secret does not have it
}

// Properties lists what a connection secret may have: this program's own names, and those of AWS for the secret of a database.
func Properties() []Property {
	return []Property{
		{Name: "url", Doc: "`postgresql://` with login, host, port and database", ofAddress: true, value: func(c Connection) string { return c.url("postgresql") }},
		{Name: "sqlalchemy_url", Doc: "the same as `postgresql+psycopg://`", ofAddress: true, value: func(c Connection) string { return c.url("postgresql+psycopg") }},
		{Name: "host", Doc: "host name", ofAddress: true, value: func(c Connection) string { return c.Host }},
		{Name: "port", Doc: "port", ofAddress: true, value: func(c Connection) string { return strconv.Itoa(c.Port) }},
		{Name: "database", Doc: "name of the database", value: func(c Connection) string { return c.Database }},
		{Name: "username", Doc: "name of the login", value: func(c Connection) string { return c.Username }},
		{Name: Password, Doc: "its password; not with `credentials: iam`", value: func(c Connection) string { return c.Password }},
		{Name: "sslmode", Doc: "`require`, or `verify-full` with a CA bundle", ofAddress: true, value: Connection.sslmode},
		{Name: BundlePath, Doc: "path of the CA bundle; only with one", ofAddress: true, value: func(c Connection) string { return c.CaBundlePath }},
		{Name: "engine", Doc: "AWS's name for it: `postgres`", value: func(Connection) string { return Engine }},
		{Name: "dbname", Doc: "AWS's name for the database", value: func(c Connection) string { return c.Database }},
		{Name: "dbInstanceIdentifier", Doc: "AWS's name for the instance, which has that of the Aurora cluster with tier serverless", value: func(c Connection) string { return c.Instance }},
		{
			Name: "tls_url", Doc: "`url` with `sslmode` and `sslrootcert` in its query", OnRequest: true, ofAddress: true,
			value: func(c Connection) string { return c.url("postgresql") + c.query() },
		},
		{
			Name: "sqlalchemy_tls_url", Doc: "`sqlalchemy_url` with the same query", OnRequest: true, ofAddress: true,
			value: func(c Connection) string { return c.url("postgresql+psycopg") + c.query() },
		},
		{
			Name: "asyncpg_url", Doc: "`postgresql+asyncpg://` with `?ssl=require` or `?ssl=verify-full`", OnRequest: true, ofAddress: true,
			value: func(c Connection) string { return c.url("postgresql+asyncpg") + "?ssl=" + c.sslmode() },
		},
		{
			Name: "jdbc_url", Doc: "`jdbc:postgresql://` without a login, with `sslmode` and `sslrootcert` in its query", OnRequest: true, ofAddress: true,
			value: func(c Connection) string { return "jdbc:postgresql://" + c.address() + c.query() },
		},
	}
}

const (
	// Engine is AWS's name for PostgreSQL in the secret of a database.
	Engine = "postgres"
	// Password is the property that only a login with a password has.
	Password = "password"
	// BundlePath is the property that only a connection with a CA bundle has.
	BundlePath = "sslrootcert"
)

// Lookup finds a property; false if there is no such one.
func Lookup(name string) (Property, bool) {
	for _, p := range Properties() {
		if p.Name == name {
			return p, true
		}
	}
	return Property{}, false
}

// Names are the names of all properties.
func Names() []string {
	var names []string
	for _, p := range Properties() {
		names = append(names, p.Name)
	}
	return slices.Clip(names)
}
