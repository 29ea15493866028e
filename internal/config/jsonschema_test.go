package config_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

var update = flag.Bool("update", false, "rewrite the JSON Schema of the stack files")

// schemaFile is where editors find it, by the first line of each stack file.
const schemaFile = "schema/stack.schema.json"

func schemaText(t *testing.T) []byte {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	require.NoError(t, encoder.Encode(config.JSONSchema()))
	return text.Bytes()
}

func TestJSONSchemaIsCurrent(t *testing.T) {
	path := filepath.Join(root, schemaFile)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, schemaText(t), 0o644))
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(string(text), string(schemaText(t))), "%s is stale; run: just golden", schemaFile)
	files, err := filepath.Glob(filepath.Join(root, "Pulumi.*.yaml"))
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(string(text), "# yaml-language-server: $schema="+schemaFile+"\n"), "%s does not tell editors of its schema", file)
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("stack.json", bytes.NewReader(schemaText(t))))
	s, err := compiler.Compile("stack.json")
	require.NoError(t, err)
	return s
}

// accepts tells whether the schema lets the lines below "config:" through.
func accepts(t *testing.T, s *jsonschema.Schema, content string) bool {
	t.Helper()
	values := map[string]any{}
	require.NoError(t, yaml.Unmarshal([]byte(configtest.Complete), &values))
	set := map[string]any{}
	require.NoError(t, yaml.Unmarshal([]byte(content), &set))
	for key, value := range set {
		values[config.Key(key)] = value
	}
	return s.Validate(map[string]any{"config": values}) == nil
}

// What the program takes, an editor does not mark.
func TestTheSchemaAcceptsWhatTheProgramAccepts(t *testing.T) {
	s := compiled(t)
	for _, content := range slices.Concat(rightContents(), contentsAtBounds()) {
		assert.True(t, accepts(t, s, content), content)
	}
	for _, file := range []string{"prod", "dev"} {
		text, err := os.ReadFile(filepath.Join(root, "Pulumi."+file+".yaml"))
		require.NoError(t, err)
		var whole any
		require.NoError(t, yaml.Unmarshal(text, &whole))
		assert.NoError(t, s.Validate(whole), file)
	}
	for _, secret := range []string{
		`mosaic-database:cluster: {name: a, kubeconfig: {secure: "v1:x"}}`,
	} {
		assert.True(t, accepts(t, s, secret), secret)
	}
}

// beyondTheSchema are rules of single fields that need a program, by a part of what they say.
func beyondTheSchema() []string {
	return []string{
		"a CIDR block without host bits", "a plain e-mail address", "at least 30 minutes long", "a time in RFC 3339", "not a name that PostgreSQL or RDS reserves", "in whatever case",
		"max_connections from 6 to 262143", // with a number or a formula
	}
}

// What the program refuses because of one field alone, an editor marks.
func TestTheSchemaRefusesWhatTheProgramRefusesOfAField(t *testing.T) {
	s := compiled(t)
	ofField := map[string]bool{}
	for _, r := range config.References() {
		ofField[r.Rule] = r.Rule != ""
	}
	var refused int
	for name, w := range wrongFiles(t) {
		problems := w.problems(t)
		if w.Stack != "" {
			continue // the stack's name is not in the file
		}
		byField := slices.ContainsFunc(problems, func(p config.Problem) bool {
			rule := p.Rule
			beyond := slices.ContainsFunc(beyondTheSchema(), func(part string) bool { return strings.Contains(rule, part) })
			known := strings.HasPrefix(rule, "of type ") || strings.HasPrefix(rule, "required: ") || strings.Contains(rule, "there is no such key") || strings.Contains(rule, "has no such field")
			for field := range ofField {
				known = known || field != "" && strings.Contains(field, rule)
			}
			return known && !beyond
		})
		if !byField {
			continue
		}
		refused++
		var values map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(w.content(t)), &values))
		whole := map[string]any{}
		for key, value := range values {
			whole[config.Key(key)] = value
		}
		assert.Error(t, s.Validate(map[string]any{"config": whole}), "%s: %s", name, problems)
	}
	t.Logf("%d wrong files", refused)
	assert.Greater(t, refused, 200)
}
