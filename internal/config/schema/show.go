package schema

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Show is a value as the report and the reference write it.
func Show(v any) string {
	switch v := v.(type) {
	case []string:
		if len(v) == 0 {
			return "[]"
		}
		return `["` + excerpt(strings.Join(v, `", "`)) + `"]`
	case map[string]string:
		if len(v) == 0 {
			return "{}"
		}
		return fmt.Sprintf("%d entries", len(v))
	default:
		return excerpt(fmt.Sprint(v))
	}
}

// excerpt is what is shown of a text: its first line, the beginning of a long one, and nothing of one that has the form of a
// list or an object. What was meant for another field may be a kubeconfig.
func excerpt(s string) string {
	const most = 150 // characters; the ARN of a key has some 90
	if strings.HasPrefix(s, "[") || strings.HasPrefix(s, "{") {
		return ""
	}
	shown := []rune(s)
	if end := slices.IndexFunc(shown, unicode.IsControl); end >= 0 {
		shown = shown[:end]
	}
	shown = shown[:min(len(shown), most)]
	if len(string(shown)) < len(s) {
		return string(shown) + "…"
	}
	return s
}
