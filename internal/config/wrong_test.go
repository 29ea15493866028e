package config_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

// wrongFile is one entry of testdata/wrong: a stack file that has to be rejected, as what it has over the
// complete one, and the report that it gets, problem by problem.
type wrongFile struct {
	Stack   string               // its name; "" is prod
	Without []string             // full keys of the complete file that it lacks
	Config  map[string]yaml.Node // keys that it has beside those of the complete file, or in their place, as they are written
	Want    []struct {
		Key   string // full, or without the program's own namespace
		Rule  string // part of the rule
		Write string // part of the advice
	}
}

// wrongFiles is every entry of testdata/wrong, by topic and name.
func wrongFiles(t testing.TB) map[string]wrongFile {
	t.Helper()
	topics, err := filepath.Glob("testdata/wrong/*.yaml")
	require.NoError(t, err)
	files := map[string]wrongFile{}
	for _, topic := range topics {
		content, err := os.ReadFile(topic)
		require.NoError(t, err)
		var entries map[string]wrongFile
		decoder := yaml.NewDecoder(bytes.NewReader(content))
		decoder.KnownFields(true)
		require.NoError(t, decoder.Decode(&entries), topic)
		for name, entry := range entries {
			files[strings.TrimSuffix(filepath.Base(topic), ".yaml")+"/"+name] = entry
		}
	}
	return files
}

func (w wrongFile) stack() string {
	if w.Stack == "" {
		return "prod"
	}
	return w.Stack
}

// content is the lines below "config:" of the whole file.
func (w wrongFile) content(t testing.TB) string {
	t.Helper()
	var keys map[string]yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(configtest.Complete), &keys))
	for _, key := range w.Without {
		require.Contains(t, keys, key)
		delete(keys, key)
	}
	maps.Copy(keys, w.Config)
	for key, node := range keys {
		inBlocks(&node)
		keys[key] = node
	}
	content, err := yaml.Marshal(keys)
	require.NoError(t, err)
	return string(content)
}

// inBlocks takes the brackets off a value: within them, the encoder would put quotes that nobody wrote around a time.
func inBlocks(node *yaml.Node) {
	node.Style &^= yaml.FlowStyle
	for _, inner := range node.Content {
		inBlocks(inner)
	}
}

// problems is what the program says of the file.
func (w wrongFile) problems(t testing.TB) config.Problems {
	t.Helper()
	_, err := w.load(t)
	var problems config.Problems
	require.ErrorAs(t, err, &problems, w.content(t))
	return problems
}

// load reads the file as the program reads it.
func (w wrongFile) load(t testing.TB) (*config.Config, error) {
	t.Helper()
	content := w.content(t)
	dir := t.TempDir()
	file := "config:\n  " + strings.ReplaceAll(content, "\n", "\n  ")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi."+w.stack()+".yaml"), []byte(file), 0o600))
	read, err := config.ReadStackFile(dir, w.stack())
	require.NoError(t, err)
	return config.Load(configtest.Parse(t, content), w.stack(), read)
}

// short is a full key without the program's own namespace.
func short(key string) string { return strings.TrimPrefix(key, config.Namespace+":") }

func TestWrongStackFilesGetTheirMessages(t *testing.T) {
	files := wrongFiles(t)
	t.Logf("%d wrong stack files", len(files))
	assert.GreaterOrEqual(t, len(files), 200, "the corpus lost entries")
	for name, w := range files {
		t.Run(name, func(t *testing.T) {
			problems := w.problems(t)
			var want, got []string
			for _, p := range w.Want {
				want = append(want, p.Key)
			}
			for _, p := range problems {
				got = append(got, short(p.Key))
			}
			require.Equal(t, want, got, problems.Error())
			for i, p := range w.Want {
				require.NotEmpty(t, p.Rule, "an entry says which rule")
				require.NotEmpty(t, p.Write, "an entry says what to write")
				assert.Contains(t, problems[i].Rule, p.Rule, p.Key)
				assert.Contains(t, problems[i].Fix, p.Write, p.Key)
			}
		})
	}
}

// itemIndex is the index of an item, which the reference leaves out.
var itemIndex = regexp.MustCompile(`\[\d+\]`)

// reported is every rule that some wrong file breaks, by the key of its field: an item's is its list's.
func reported(t *testing.T) map[string]map[string]bool {
	t.Helper()
	rules := map[string]map[string]bool{}
	for _, w := range wrongFiles(t) {
		for _, p := range w.problems(t) {
			key, _, _ := strings.Cut(short(p.Key), "[")
			if name, field, isField := strings.Cut(strings.TrimPrefix(key, "additionalApps."), "."); strings.HasPrefix(key, "additionalApps.") {
				key = "additionalApps"
				if isField && name != "" {
					key += ".<name>." + field
				}
			}
			for _, parent := range []string{
				"tags", "waivers", "database.parameters", "app.secretEntries", "additionalApps.<name>.secretEntries",
				"pods.labels", "pods.annotations", "pods.nodeSelector", "migrations.env", "migrations.secretEnv", "restore.engines",
				"additionalApps.<name>.database.migrations.env", "additionalApps.<name>.database.migrations.secretEnv",
			} {
				if strings.HasPrefix(key, parent+".") {
					key = parent
				}
			}
			for _, key := range []string{key, short(p.Key), itemIndex.ReplaceAllString(short(p.Key), "[]")} {
				if rules[key] == nil {
					rules[key] = map[string]bool{}
				}
				rules[key][p.Rule] = true
			}
		}
	}
	return rules
}

var inRange = regexp.MustCompile(`^from (\d+) to (\d+)$|^(\d+) or more$`)

// bounds are the least and the most that a rule allows; isRange is false if it is no range, and a most of -1 is none.
func bounds(rule string) (least, most int, isRange bool) {
	found := inRange.FindStringSubmatch(rule)
	if found == nil {
		return 0, 0, false
	}
	least, _ = strconv.Atoi(found[1] + found[3])
	most, err := strconv.Atoi(found[2])
	if err != nil {
		most = -1
	}
	return least, most, true
}

// Every range and every choice refuses what is beside it, with advice.
func TestRangesAndChoices(t *testing.T) {
	refused := func(r config.Reference, value string) {
		source := configtest.With(t, setting(r.Key, value))
		_, err := config.Load(source, "prod", config.StackFile{Keys: source.Keys()})
		var problems config.Problems
		if assert.ErrorAs(t, err, &problems, "%s: %s", r.Key, value) {
			assert.Equal(t, config.Key(strings.Replace(r.Key, "<name>", "worker", 1)), itemIndex.ReplaceAllString(problems[0].Key, "[]"))
			assert.Equal(t, r.Rule, problems[0].Rule)
			assert.NotEmpty(t, problems[0].Fix)
		}
	}
	var count int
	for _, r := range config.References() {
		least, most, isRange := bounds(r.Rule)
		switch {
		case isRange:
			refused(r, strconv.Itoa(least-1))
			if most >= 0 {
				refused(r, strconv.Itoa(most+1))
			}
		case strings.HasPrefix(r.Rule, "one of ") && r.Type == "integer":
			refused(r, "-1")
		case strings.HasPrefix(r.Rule, "one of ") && r.Type == "string":
			refused(r, "none-of-them")
		default:
			continue
		}
		count++
	}
	t.Logf("%d ranges and choices", count)
	assert.Greater(t, count, 30)
}

// A default outside of its own range is refused by nobody: an alarm above 0, for example, for ever.
func TestEveryDefaultKeepsItsRange(t *testing.T) {
	for _, r := range config.References() {
		least, most, isRange := bounds(r.Rule)
		if !isRange || r.Type != "integer" || r.Default != "" && r.Default[0] > '9' { // words say where the default comes from
			continue
		}
		value, _ := strconv.Atoi(r.Default) // none is 0
		assert.GreaterOrEqual(t, value, least, r.Key)
		if most >= 0 {
			assert.LessOrEqual(t, value, most, r.Key)
		}
	}
}

func TestEveryRuleOfAFieldIsBrokenByAWrongFile(t *testing.T) {
	rules := reported(t)
	var count int
	for _, r := range config.References() {
		if r.Rule == "" || inRange.MatchString(r.Rule) || strings.HasPrefix(r.Rule, "one of ") {
			continue // TestRangesAndChoices has it
		}
		count++
		// A list's rule is that of its items and that of the list, and a report has one of the two.
		rest := r.Rule
		for rule := range rules[r.Key] {
			rest = strings.Replace(rest, rule, "", 1)
		}
		assert.Empty(t, strings.Trim(rest, "; "), "no wrong file breaks this rule of %s", r.Key)
	}
	t.Logf("%d fields with rules", count)
}

func TestEveryContradictionIsInAWrongFile(t *testing.T) {
	rules := reported(t)
	contradictions := contradictions(t)
	t.Logf("%d contradictions", len(contradictions))
	for _, c := range contradictions {
		key, rule := regexp.MustCompile("^"+c.key+"$"), regexp.MustCompile("^"+c.rule+"$")
		found := slices.ContainsFunc(slices.Collect(maps.Keys(rules)), func(k string) bool {
			return key.MatchString(k) && slices.ContainsFunc(slices.Collect(maps.Keys(rules[k])), rule.MatchString)
		})
		assert.True(t, found, "%s: no wrong file has %s: %s", c.at, c.key, c.rule)
	}
}

// Every type of YAML in place of every other, for every field. What each mistake is told is in testdata/wrong; here
// it is that no field lets one through.
func TestEveryFieldRefusesOtherTypes(t *testing.T) {
	values := []struct {
		kind    schema.Kind
		content string
		fits    []schema.Kind // kinds that take it
	}{
		{schema.String, "some text", []schema.Kind{schema.String}},
		{schema.Integer, "5", []schema.Kind{schema.Integer, schema.Number}},
		{schema.Number, "5.5", []schema.Kind{schema.Number}},
		{schema.Boolean, "true", []schema.Kind{schema.Boolean}},
		{"list", "[a, b]", []schema.Kind{schema.List}},
		{"list", "[[a], [b]]", nil},
		{schema.Object, "{a: b}", []schema.Kind{schema.Map, schema.Object, schema.Objects, schema.Tree}},
		{schema.Object, "{a: {b: c}}", []schema.Kind{schema.Object, schema.Objects, schema.Tree}},
		{"null", "null", nil},
	}
	var count int
	for _, r := range config.References() {
		isField := strings.Contains(r.Key, ".")
		if r.Type == string(schema.String) && !isField {
			continue // the engine hands on any value of a key as a text, which its rule refuses
		}
		for _, v := range values {
			if slices.Contains(v.fits, schema.Kind(r.Type)) || r.Type == string(schema.String) && v.kind == schema.Integer {
				continue // a whole number is no less clear than its text, for which there are rules
			}
			if v.kind == "null" && !isField {
				continue // a key with nothing below it has its default
			}
			count++
			source := configtest.With(t, setting(r.Key, v.content))
			_, err := config.Load(source, "prod", config.StackFile{Keys: source.Keys()})
			var problems config.Problems
			require.ErrorAs(t, err, &problems, "%s: %s", r.Key, v.content)
			for _, p := range problems {
				key := strings.NewReplacer("<name>", "worker", "[]", "[0]").Replace(r.Key)
				assert.True(t, strings.HasPrefix(short(p.Key), key), "%s: %s is reported at %s", r.Key, v.content, p.Key)
				assert.Regexp(t, "^of type ("+r.Type+", not "+string(v.kind)+"|string, not (list|object)|object, not (string|list))$", p.Rule)
			}
		}
	}
	t.Logf("%d values of another type", count)
	assert.Greater(t, count, 400)
}

// setting is the line that sets a key, or a field beside those that the stack needs.
func setting(key, content string) string {
	if field, isApp := strings.CutPrefix(key, "additionalApps.<name>."); isApp {
		path := strings.Split(field, ".")
		for i := len(path) - 1; i > 0; i-- {
			content = fmt.Sprintf("{%s: %s}", path[i], content)
		}
		field = path[0]
		return fmt.Sprintf("%s: {worker: {%s: %s}}", config.Key("additionalApps"), field, content)
	}
	if list, field, isItem := strings.Cut(key, "[]."); isItem {
		return setting(list, fmt.Sprintf("[{%s: %s}]", field, content))
	}
	object, field, isField := strings.Cut(key, ".")
	if !isField {
		if !strings.Contains(key, ":") {
			key = config.Key(key)
		}
		return key + ": " + content
	}
	fields := map[string]string{
		"cluster":    "name: mosaic-prod, ",
		"migrations": `image: "core-api:1.0.0", `,
	}[object]
	if strings.HasPrefix(fields, field+":") {
		fields = ""
	}
	return fmt.Sprintf("%s: {%s%s: %s}", config.Key(object), fields, field, content)
}

// What somebody wrote where a password may be is in no report.
func TestTheReportDoesNotShowVariables(t *testing.T) {
	for _, content := range []string{`env: {DB_PASSWORD: hunter2}`, `env: {A_TOKEN: hunter2}`, `env: {URL: "https://a:hunter2@b"}`, `secretEnv: {SENTRY_DSN: hunter2}`,
		`env: {PIN: 4711.5}`, `secretEnv: {PIN: 4711}`} {
		source := configtest.With(t, `mosaic-database:migrations: {image: "a:1", `+content+`}`)
		_, err := config.Load(source, "prod", config.StackFile{Keys: source.Keys()})
		require.Error(t, err, content)
		assert.NotRegexp(t, "hunter2|4711", err.Error())
	}
}
