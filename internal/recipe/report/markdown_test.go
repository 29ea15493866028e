package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

const fullText = "[the run](https://example.com) and its log"

// section is the report of a stack, with a diff of that many lines.
func section(stack string, lines int) string {
	return "### " + stack + ": 1 to update\n\n| line | a month |\n| --- | --- |\n\n<details><summary>The preview</summary>\n\n````diff\n" +
		strings.Repeat("  ~ grüße: \"ein Wert 🔒\" => \"ein anderer\"\n", lines) + "````\n\n</details>\n"
}

// The reports share the room of a comment: a long report gets what a short one leaves. A shortened report says so, and leaves no
// block open.
func TestCommentOfLongReports(t *testing.T) {
	const limit = 65536
	shortened := "\n````\n\n</details>\n\n… shortened by "
	for name, test := range map[string]struct {
		dev, prod string
		whole     []string // the parts that are not shortened
		cut       int      // the number of reports that are shortened
		full      bool     // whether the comment is about as long as it may be
	}{
		"both short":         {dev: section("dev", 2), prod: section("prod", 3), whole: []string{section("dev", 2), section("prod", 3)}},
		"a short and a long": {dev: section("dev", 100), prod: section("prod", 2500), whole: []string{section("dev", 100)}, cut: 1, full: true},
		"a long and a short": {dev: section("dev", 2500), prod: section("prod", 2), whole: []string{section("prod", 2)}, cut: 1, full: true},
		"both long":          {dev: section("dev", 2500), prod: section("prod", 1500), cut: 2, full: true},
		"one line":           {dev: strings.Replace(section("dev", 1), "ein Wert", strings.Repeat("u", 60000), 1), prod: section("prod", 1500), cut: 2, full: true},
		"a table":            {dev: "### dev\n\n" + strings.Repeat("| a | b |\n", 10000), prod: section("prod", 2), whole: []string{section("prod", 2)}},
	} {
		t.Run(name, func(t *testing.T) {
			comment := Comment{Header: "first", Reports: []string{test.dev, test.prod}, Footer: "last", FullText: fullText}.Markdown()
			characters := utf8.RuneCountInString(comment)
			assert.True(t, utf8.ValidString(comment))
			assert.NotContains(t, comment, "\uFFFD")
			assert.Less(t, characters, limit)
			if test.full {
				assert.Greater(t, characters, limit*9/10, "the comment has room left")
			}
			for _, part := range append(test.whole, "first\n\n### dev", "### prod", "\n\nlast\n") {
				assert.Contains(t, comment, part)
			}
			assert.Equal(t, test.cut, strings.Count(comment, shortened))
			assert.Equal(t, strings.Count(comment, "<details>"), strings.Count(comment, "</details>"))
			if name == "a table" {
				assert.Contains(t, comment, "| a | b |\n\n… shortened by ", "no row of the table is incomplete")
			}
		})
	}
}

func TestShortened(t *testing.T) {
	text := strings.Repeat("🔒", 1000)
	assert.Equal(t, text, Shortened(text, SizeLimit{Characters: 1000, Bytes: 4000}, fullText), "it fits")
	for _, limit := range []SizeLimit{{Characters: 999, Bytes: 4000}, {Characters: 1000, Bytes: 3999}, {Characters: 1000, Bytes: 400}, {Characters: 150, Bytes: 4000}} {
		short := Shortened(text, limit, fullText)
		assert.True(t, limit.allows(short), "%+v", limit)
		assert.Contains(t, short, "… shortened by 1000 characters, which are in "+fullText, "it has no complete line")
	}
	assert.NotEmpty(t, Shortened(text, SizeLimit{}, fullText), "it ends, whatever the limit")

	lines := Shortened(strings.Repeat("a line\n", 100), SizeLimit{Characters: 200, Bytes: 200}, fullText)
	assert.Regexp(t, `^(a line\n)+\n… shortened by \d+ characters`, lines)
}

func TestFenced(t *testing.T) {
	assert.Equal(t, "````text\na\n````\n", Fenced("text", "a\n\n"))
	assert.Equal(t, "`````diff\n````\na\n````\n`````\n", Fenced("diff", "````\na\n````\n"), "a fence in it does not end the block")
}
