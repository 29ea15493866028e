// Package leaks looks for a secret in a text, in every form in which it may have got there.
package leaks

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
)

// Found reports whether a text holds the secret in any form.
func Found(text, secret string) bool {
	return slices.ContainsFunc(forms(secret), func(form string) bool { return strings.Contains(text, form) })
}

// forms is how a secret may look: as it is, in URLs, in JSON, in HTML, in hexadecimal digits and in base64, there
// also as a part of something longer, which shifts its letters.
func forms(secret string) []string {
	quoted, _ := json.Marshal(secret) // a string has a JSON form
	all := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`), html.EscapeString(secret),
		hex.EncodeToString([]byte(secret)),
	}
	for shift := range 3 {
		// What depends on the neighbours is cut off on both sides.
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
		middle := encoded[(shift*8+5)/6 : len(encoded)/4*4-4]
		all = append(all, middle, strings.NewReplacer("+", "-", "/", "_").Replace(middle))
	}
	slices.Sort(all)
	return slices.Compact(all)
}
