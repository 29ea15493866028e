package credentials

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConnectionSecretHasEveryKeyOfTheSeed(t *testing.T) {
	got, err := connectionJSON(connection{
		Host: "mosaic-prod-db.abc.us-east-1.rds.amazonaws.com", Port: 5432, Database: "mosaic", Username: "mosaicadmin", Password: "s3cret",
	})
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"host": "mosaic-prod-db.abc.us-east-1.rds.amazonaws.com",
		"port": "5432",
		"database": "mosaic",
		"username": "mosaicadmin",
		"password": "s3cret",
		"url": "postgresql://mosaicadmin:s3cret@mosaic-prod-db.abc.us-east-1.rds.amazonaws.com:5432/mosaic?sslmode=require",
		"sqlalchemy_url": "postgresql+psycopg://mosaicadmin:s3cret@mosaic-prod-db.abc.us-east-1.rds.amazonaws.com:5432/mosaic?sslmode=require"
	}`, got)
}

// A client that parses the URL gets the same password, whatever its characters.
func TestURLsAreEncoded(t *testing.T) {
	for _, password := range []string{"plain", "a b", "p@ss/w?rd#1", "100%", "a+b&c=d", "[:]", "ü€", `"'\`} {
		text, err := connectionJSON(connection{Host: "h", Port: 1, Database: "d", Username: "u", Password: password})
		require.NoError(t, err)
		var content map[string]string
		require.NoError(t, json.Unmarshal([]byte(text), &content))
		for _, key := range []string{"url", "sqlalchemy_url"} {
			parsed, err := url.Parse(content[key])
			require.NoError(t, err, content[key])
			got, _ := parsed.User.Password()
			assert.Equal(t, password, got, content[key])
			assert.Equal(t, "h:1", parsed.Host)
			assert.Equal(t, "/d", parsed.Path)
			assert.Equal(t, "require", parsed.Query().Get("sslmode"))
			assert.NotContains(t, content[key], " ")
			assert.NotContains(t, content[key][len("postgresql+psycopg"):], "+", "some clients read a plus as a space")
		}
	}
}
