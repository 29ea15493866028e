package leaks

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryFormIsFound: the other tests rely on it.
func TestEveryFormIsFound(t *testing.T) {
	const secret = `p@ss/w"rd+<ü>1234567890`
	quoted, err := json.Marshal(map[string]string{"a": secret})
	require.NoError(t, err)
	for name, text := range map[string]string{
		"as it is": "x" + secret + "y", "a URL": "postgresql://u:" + url.QueryEscape(secret) + "@h", "a path": url.PathEscape(secret),
		"JSON": string(quoted), "HTML": html.EscapeString(secret), "hexadecimal": hex.EncodeToString([]byte("a" + secret)),
	} {
		assert.True(t, Found(text, secret), name)
		assert.False(t, Found(text, "something else that is long"), name)
	}
	for before := range "123456" {
		for after := range "123456" {
			text := []byte(strings.Repeat("é", before) + secret + strings.Repeat("z", after))
			assert.True(t, Found(base64.StdEncoding.EncodeToString(text), secret), "base64, %d before, %d after", before, after)
			assert.True(t, Found(base64.RawURLEncoding.EncodeToString(text), secret), "base64 of URLs, %d before, %d after", before, after)
		}
	}
}
