package changes

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// patched is a stack file with patches.
type patched struct {
	file   map[string]any    // the committed content
	layers []string          // patches under those of every row
	names  *strings.Replacer // replaces <…> in rows by the names of the stack
}

func read(t *testing.T, file string) map[string]any {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	var parsed map[string]any
	require.NoError(t, yaml.Unmarshal(content, &parsed))
	return parsed
}

// values is the configuration with another patch.
func (p patched) values(t *testing.T, patch string) map[string]any {
	t.Helper()
	values := p.file["config"]
	for _, text := range append(slices.Clone(p.layers), patch) {
		var layer map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(p.names.Replace(text)), &layer), text)
		named := map[string]any{}
		for key, value := range layer {
			if !strings.Contains(key, ":") {
				key = "mosaic-database:" + key
			}
			named[key] = value
		}
		values = merged(values, named)
	}
	return values.(map[string]any)
}

// merged applies a JSON merge patch (RFC 7396).
func merged(target, patch any) any {
	fields, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	result := map[string]any{}
	if old, ok := target.(map[string]any); ok {
		result = maps.Clone(old)
	}
	for name, value := range fields {
		if value == nil {
			delete(result, name)
		} else {
			result[name] = merged(result[name], value)
		}
	}
	return result
}
