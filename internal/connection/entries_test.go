package connection

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// properties are the entries of a Secret as a map.
func properties(l Layout) map[string]string {
	all := map[string]string{}
	for _, e := range l.Entries() {
		all[e.Name] = e.Property
	}
	return all
}

func TestEntries(t *testing.T) {
	defaults := map[string]string{
		"DB_URL": "sqlalchemy_url", "DB_LIBPQ_URL": "url", "DB_HOST": "host", "DB_PORT": "port", "DB_NAME": "database", "DB_USER": "username",
		"DB_PASSWORD": "password", "PGSSLMODE": "sslmode",
	}
	assert.Equal(t, defaults, properties(Layout{}))
	assert.Equal(t, "sslrootcert", properties(Layout{Bundle: true})["PGSSLROOTCERT"])

	chosen := properties(Layout{Chosen: map[string]string{"DB_URL": "sqlalchemy_tls_url", "DATABASE_URL": "url"}})
	assert.Len(t, chosen, len(defaults)+1)
	assert.Equal(t, "sqlalchemy_tls_url", chosen["DB_URL"], "in place of the default")
	assert.Equal(t, "url", chosen["DATABASE_URL"])
}

// Beside each entry that leads to the pooler is one that leads to the database, and says how to verify it.
func TestPooledEntries(t *testing.T) {
	l := Layout{Pooled: true, Bundle: true, Chosen: map[string]string{"DB_URL": "sqlalchemy_tls_url", "DATABASE_URL": "url", "DB_DSN": "url", "LOGIN": "username"}}
	got := properties(l)
	for name, want := range map[string]string{
		"DB_DIRECT_URL": "direct_sqlalchemy_tls_url", "DB_DIRECT_LIBPQ_URL": "direct_url", "DB_DIRECT_HOST": "direct_host", "DB_DIRECT_PORT": "direct_port",
		"DIRECT_PGSSLMODE": "direct_sslmode", "DIRECT_PGSSLROOTCERT": "direct_sslrootcert", "PGSSLMODE": "sslmode", "PGSSLROOTCERT": "",
		"DIRECT_DATABASE_URL": "direct_url", "DIRECT_DB_DSN": "direct_url", "DIRECT_LOGIN": "", "DIRECT_DB_USER": "", "DB_DIRECT_USER": "",
	} {
		assert.Equal(t, want, got[name], name)
	}
	names := map[string]bool{}
	for _, e := range l.Entries() {
		assert.False(t, names[e.Name], "%s is there twice", e.Name)
		names[e.Name] = true
		if e.InsteadOf != "" {
			assert.NotEmpty(t, Reserved(e.Name), "%s is a name that no application may choose", e.Name)
		}
	}
}

func TestReserved(t *testing.T) {
	for name, reserved := range map[string]bool{
		"DATABASE_URL": false, "PGHOST": false, "DB_URL": false, "DB_SECRET": false,
		"PGSSLMODE": true, "PGSSLROOTCERT": true, "PGOPTIONS": true, "DB_SECRET_VERSION": true, "DB_SECRET_VERSION_x": true, "DIRECT_X": true, "DB_DIRECT_URL": true,
	} {
		assert.Equal(t, reserved, Reserved(name) != "", name)
	}
}

// A login that takes tokens has no password: no entry, no property, and none in a URL.
func TestWithoutAPassword(t *testing.T) {
	for _, entry := range (Layout{Tokens: true}).Entries() {
		assert.NotEqual(t, "DB_PASSWORD", entry.Name)
	}
	content := Connection{Host: "h", Port: 5432, Database: "mosaic", Username: "core_api_iam"}.Content(Names())
	assert.NotContains(t, content, "password")
	assert.Equal(t, "postgresql://core_api_iam@h:5432/mosaic", content["url"])
	assert.Equal(t, "postgresql+psycopg://core_api_iam@h:5432/mosaic?sslmode=require", content["sqlalchemy_tls_url"])
}
