// Package configtest reads configurations from texts, for tests.
package configtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// Complete is the lines below "config:" of a stack with all that a stack has to have.
const Complete = `
aws:region: us-east-1
aws:allowedAccountIds: ["123456789012"]
mosaic-database:cluster: {name: mosaic-prod}
mosaic-database:migrations: {image: "mosaic-life/core-api:1.0.0"}
`

// Source is the configuration of a stack as the engine hands it on: texts as they are, all else as JSON.
type Source map[string]string

// IsConfigSecret says that nothing is.
func (s Source) IsConfigSecret(string) bool { return false }

// GetConfig is the value of a full key.
func (s Source) GetConfig(key string) (string, bool) {
	value, ok := s[key]
	return value, ok
}

// Keys are the full keys that are set, sorted.
func (s Source) Keys() []string { return slices.Sorted(maps.Keys(s)) }

// Parse reads the lines below "config:" of a stack's file.
func Parse(t testing.TB, content string) Source {
	t.Helper()
	var values map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(content), &values))
	source := Source{}
	for key, value := range values {
		switch value := plain(value).(type) {
		case nil:
			source[config.Key(key)] = "" // a key with nothing below it
		case string:
			source[config.Key(key)] = value
		default:
			content, err := json.Marshal(value)
			require.NoError(t, err)
			source[config.Key(key)] = string(content)
		}
	}
	return source
}

// With is the complete stack with some keys set anew.
func With(t testing.TB, content string) Source {
	t.Helper()
	source := Parse(t, Complete)
	maps.Copy(source, Parse(t, content))
	return source
}

// Load is the configuration of the stack prod: the complete one with some keys set anew.
func Load(t testing.TB, content string) *config.Config {
	t.Helper()
	source := With(t, content)
	c, err := config.Load(source, "prod", config.StackFile{Keys: source.Keys()})
	require.NoError(t, err)
	return c
}

// plain is a value with Go's form of every time and of every name in it: YAML has times, and names that are no texts; configuration has not.
func plain(value any) any {
	switch value := value.(type) {
	case time.Time:
		return value.String()
	case []any:
		for i, item := range value {
			value[i] = plain(item)
		}
	case map[string]any:
		for name, item := range value {
			value[name] = plain(item)
		}
	case map[any]any:
		named := map[string]any{}
		for name, item := range value {
			named[fmt.Sprint(name)] = plain(item)
		}
		return named
	}
	return value
}
