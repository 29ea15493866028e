package schema

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

type named string

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
		assert.Equal(t, want, Show(text))
	}
	assert.Equal(t, "a…", Show(named("a\nb")))
	assert.Equal(t, `["`+strings.Repeat("a", 150)+`…"]`, Show([]string{strings.Repeat("a", 500)}))
}
