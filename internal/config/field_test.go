package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestReportShowsALineOfAText(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"mosaic-prod":              "mosaic-prod",
		"a: b\nc: d":               "a: b…",
		"\nc: d":                   "…",
		"a\x1b[31m":                "a…",
		"[a, b]":                   "",
		"{a: b}":                   "",
		strings.Repeat("ü", 150):   strings.Repeat("ü", 150),
		strings.Repeat("ü", 151):   strings.Repeat("ü", 150) + "…",
		"a {b}":                    "a {b}",
		strings.Repeat("b\n", 500): "b…",
	} {
		assert.Equal(t, want, show(text))
	}
	assert.Equal(t, "a…", show(Delivery("a\nb")))
	assert.Equal(t, `["`+strings.Repeat("a", 150)+`…"]`, show([]string{strings.Repeat("a", 500)}))
}
