package connection

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func prod() Connection {
	return Connection{
		Host: "mosaic-prod-db.abc.us-east-1.rds.amazonaws.com", Port: 5432, Database: "mosaic", Username: "mosaicadmin", Password: "s3cret",
		Instance: "mosaic-prod-db",
	}
}

// The seed's document has these properties; AWS's tools read the other names.
func TestConnectionSecretHasEveryKeyOfTheSeedAndOfAWS(t *testing.T) {
	assert.Equal(t, map[string]string{
		"host":                 "mosaic-prod-db.abc.us-east-1.rds.amazonaws.com",
		"port":                 "5432",
		"database":             "mosaic",
		"username":             "mosaicadmin",
		"password":             "s3cret",
		"url":                  "postgresql://mosaicadmin:s3cret@mosaic-prod-db.abc.us-east-1.rds.amazonaws.com:5432/mosaic",
		"sqlalchemy_url":       "postgresql+psycopg://mosaicadmin:s3cret@mosaic-prod-db.abc.us-east-1.rds.amazonaws.com:5432/mosaic",
		"sslmode":              "require",
		"engine":               "postgres",
		"dbname":               "mosaic",
		"dbInstanceIdentifier": "mosaic-prod-db",
	}, prod().Content(nil))
}

// What an earlier version of the program wrote as url and sqlalchemy_url, byte for byte: a stack keeps it with secretEntries.
func TestTheFormerURLs(t *testing.T) {
	c := prod()
	forms := []string{"tls_url", "sqlalchemy_tls_url"}
	content := c.Content(forms)
	assert.Equal(t, "postgresql://mosaicadmin:s3cret@mosaic-prod-db.abc.us-east-1.rds.amazonaws.com:5432/mosaic?sslmode=require", content["tls_url"])
	assert.Equal(t, "postgresql+psycopg://mosaicadmin:s3cret@mosaic-prod-db.abc.us-east-1.rds.amazonaws.com:5432/mosaic?sslmode=require", content["sqlalchemy_tls_url"])

	c.CaBundlePath = "/app/rds.pem"
	content = c.Content(forms)
	const verified = "@mosaic-prod-db.abc.us-east-1.rds.amazonaws.com:5432/mosaic?sslmode=verify-full&sslrootcert=%2Fapp%2Frds.pem"
	assert.Equal(t, "postgresql://mosaicadmin:s3cret"+verified, content["tls_url"])
	assert.Equal(t, "postgresql+psycopg://mosaicadmin:s3cret"+verified, content["sqlalchemy_tls_url"])
	assert.Equal(t, []string{"verify-full", "/app/rds.pem"}, []string{content["sslmode"], content["sslrootcert"]})
	assert.NotContains(t, content["url"], "?")

	c.PoolerHost, c.PoolerPort = "core-api-pooler.mosaic-prod.svc", 6432
	content = c.Content(forms)
	assert.Equal(t, "postgresql://mosaicadmin:s3cret"+verified, content["direct_tls_url"])
	assert.Equal(t, "postgresql+psycopg://mosaicadmin:s3cret@core-api-pooler.mosaic-prod.svc:6432/mosaic?sslmode=require", content["sqlalchemy_tls_url"])
}

// To the pooler nothing is verified, because its certificate is not from the CA of RDS; to the database everything is.
func TestPooledConnection(t *testing.T) {
	c := prod()
	c.CaBundlePath, c.PoolerHost, c.PoolerPort = "/app/rds.pem", "pooler", 6432
	content := c.Content([]string{"asyncpg_url", "jdbc_url"})
	for property, want := range map[string]string{
		"sslmode": "require", "sslrootcert": "", "direct_sslmode": "verify-full", "direct_sslrootcert": "/app/rds.pem",
		"host": "pooler", "port": "6432", "direct_host": c.Host, "direct_port": "5432", "direct_username": "", "direct_dbInstanceIdentifier": "",
		"asyncpg_url":        "postgresql+asyncpg://mosaicadmin:s3cret@pooler:6432/mosaic?ssl=require",
		"jdbc_url":           "jdbc:postgresql://pooler:6432/mosaic?sslmode=require",
		"direct_asyncpg_url": "postgresql+asyncpg://mosaicadmin:s3cret@" + c.Host + ":5432/mosaic?ssl=verify-full",
		"direct_jdbc_url":    "jdbc:postgresql://" + c.Host + ":5432/mosaic?sslmode=verify-full&sslrootcert=%2Fapp%2Frds.pem",
	} {
		assert.Equal(t, want, content[property], property)
	}
}

// A form that nobody asked for is one more place with the password: who asks for one gets no other.
func TestFormsOnRequest(t *testing.T) {
	always := prod().Content(nil)
	for _, p := range Properties() {
		content := prod().Content([]string{p.Name})
		if p.OnRequest {
			assert.NotContains(t, always, p.Name)
			assert.Len(t, content, len(always)+1, p.Name)
		} else {
			assert.Equal(t, always, content, p.Name)
		}
		if p.Name != BundlePath {
			assert.Contains(t, content, p.Name)
		}
		assert.NotEmpty(t, p.Doc)
	}
}

// A client that parses the URL gets the same password, whatever its characters.
func TestURLsAreEncoded(t *testing.T) {
	for _, password := range []string{"plain", "a b", "p@ss/w?rd#1", "100%", "a+b&c=d", "[:]", "ü€", `"'\`} {
		content := Connection{Host: "h", Port: 1, Database: "d", Username: "u", Password: password}.Content([]string{"tls_url", "asyncpg_url"})
		for _, key := range []string{"url", "sqlalchemy_url", "tls_url", "asyncpg_url"} {
			parsed, err := url.Parse(content[key])
			require.NoError(t, err, content[key])
			got, _ := parsed.User.Password()
			assert.Equal(t, password, got, content[key])
			assert.Equal(t, "h:1", parsed.Host)
			assert.Equal(t, "/d", parsed.Path)
			assert.NotContains(t, content[key], " ")
			assert.NotContains(t, content[key][len("postgresql+psycopg"):], "+", "some clients read a plus as a space")
		}
	}
}
