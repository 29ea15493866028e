// Package leaks looks for a secret in a text, in every encoding in which it may appear.
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

// Found reports whether a text contains the secret in any encoding.
func Found(text, secret string) bool {
	return slices.ContainsFunc(forms(secret), func(form string) bool { return strings.Contains(text, form) })
}

// forms are the encodings of a secret: plain, in URLs, JSON, HTML, hexadecimal and base64. In base64 it may also be a part of
// something longer, at any of three offsets.
func forms(secret string) []string {
	quoted, _ := json.Marshal(secret) // a string has a JSON form
	all := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`), html.EscapeString(secret),
		hex.EncodeToString([]byte(secret)),
	}
	for shift := range 3 {
		// The first and last characters depend on the neighbors, and are cut off.
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
		middle := encoded[(shift*8+5)/6 : len(encoded)/4*4-4]
		all = append(all, middle, strings.NewReplacer("+", "-", "/", "_").Replace(middle))
	}
	slices.Sort(all)
	return slices.Compact(all)
}
