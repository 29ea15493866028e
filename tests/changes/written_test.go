package changes

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/configtest"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
)

// replaceConfig writes the lines below "config:" of a stack's file as somebody does in an editor; what Pulumi keeps in it stays.
func replaceConfig(t *testing.T, l *live.Stack, stack, lines string) {
	t.Helper()
	file := filepath.Join(l.WorkDir(), "Pulumi."+stack+".yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var kept []string
	for line := range strings.Lines(string(text)) {
		if regexp.MustCompile(`^(encryptionsalt|secretsprovider):`).MatchString(line) {
			kept = append(kept, line)
		}
	}
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(kept, "")+"config:\n  "+strings.ReplaceAll(lines, "\n", "\n  ")), 0o600))
}

// TestAFileThatYAMLReadsOtherwise: what YAML makes of a value is not what is written, and Pulumi hands on what YAML makes of it. The
// preview says so, before any provider is asked.
func TestAFileThatYAMLReadsOtherwise(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod")
	replaceConfig(t, l, "prod", `aws:region: us-east-1
aws:allowedAccountIds: [012345678901]
mosaic-database:cluster: {name: mosaic-prod}
mosaic-database:database: {port: 05432, backupRetentionDays: 010, engineVersion: 16.10, backupWindow: 03:00-04:00}
mosaic-database:migrations: {image: "core-api:1.0.0"}
mosaic-database:tags: {CostCenter: 007, Since: 2026-01-31, Owner: yes, environment: production}
tier: ha
mosaic-database:tier: mvp
kubernetes:context: admin
myorg:team: core
`)
	why := l.MustFail(l.Preview(t.Context()))
	for _, part := range []string{
		"9 problems; nothing was changed",
		"mosaic-database:tier\n     rule: once: the file has it as mosaic-database:tier and as tier",
		"kubernetes:context\n     rule: not read",
		"aws:allowedAccountIds[0]: 012345678901\n     rule: a text: YAML reads this one as 12345678901\n     write: \"012345678901\", in quotes",
		"mosaic-database:database.port: 05432\n     rule: a number in decimal digits, without a zero before it: YAML reads this one as 2842\n     write: 5432",
		"mosaic-database:database.backupRetentionDays: 010", "YAML reads this one as 8\n     write: 10",
		"mosaic-database:database.engineVersion: 16.10", `write: "16.10", in quotes`,
		"mosaic-database:tags.CostCenter: 007", "mosaic-database:tags.Since: 2026-01-31", "mosaic-database:tags.environment: production",
	} {
		assert.Contains(t, why, part)
	}
	assert.Empty(t, l.Cloud.Log(), "no provider was asked for anything")
}

// TestThePathOfTheCLI: what pulumi config set --path writes is taken, and so is what the report advises.
func TestThePathOfTheCLI(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod")
	for _, set := range [][]string{
		{"--path", "mosaic-database:tags.CostCenter", "4711"},
		{"--path", "mosaic-database:tags.Shared", "true"},
		{"--path", `mosaic-database:tags["cost.center"]`, "007"},
		{"--path", `mosaic-database:database.parameters["rds.logical_replication"]`, "1"},
		{"--path", "--type", "string", "mosaic-database:migrations.command[0]", "true"},
		{"mosaic-database:database.port", "5433"},
	} {
		l.CLI(append([]string{"config", "set"}, set...)...)
	}
	why := l.MustFail(l.Preview(t.Context()))
	advice := regexp.MustCompile(`pulumi (config rm '(\S+)'), then pulumi (config set --path '(\S+)') …`).FindStringSubmatch(why)
	require.NotNil(t, advice, why)
	l.CLI("config", "rm", advice[2])
	l.CLI("config", "set", "--path", advice[4], "5433")

	l.CLI("config", "set", "--secret", "--path", `mosaic-database:tags["cost.center"]`, "007")
	why = l.MustFail(l.Preview(t.Context()))
	advice = regexp.MustCompile(`pulumi config set --plaintext --path '(\S+)' …`).FindStringSubmatch(why)
	require.NotNil(t, advice, why)
	l.CLI("config", "set", "--plaintext", "--path", advice[1], "007")

	l.MustUp()
	database := l.One(live.InstanceType)
	assert.InDelta(t, 5433, database.Properties.Number("port"), 0)
	tags := database.Properties["tagsAll"].(map[string]any)
	assert.Equal(t, []any{"4711", "true", "007"}, []any{tags["CostCenter"], tags["Shared"], tags["cost.center"]})
}

// The tests of the configuration read texts as Pulumi does.
func TestConfigurationsOfTestsAreReadAsPulumiReadsThem(t *testing.T) {
	const content = `
aws:region: us-east-1
tier: ha
mosaic-database:environment: 010
mosaic-database:delivery: 2026-01-31
mosaic-database:permissionsBoundary: 0x10
mosaic-database:pods:
mosaic-database:tls: ~
mosaic-database:gitops: True
mosaic-database:budget: 1e3
mosaic-database:database: {a: 05432, b: 0o17, c: 0x10, d: 0b101, e: 1_000, f: 1e3, g: .5, h: +5, i: 089, j: 012345678901, k: 16.10, l: 1.0, m: -0o17}
mosaic-database:app: {a: yes, b: Off, c: y, d: TRUE, e: 12:30, f: 190:20:30, g: 03:00-04:00, h: 2026-01-31, i: 2026-01-31T10:00:00+02:00, j: ~, k: Null, l: }
mosaic-database:tags: {010: a, True: b, 1.10: c, 2026-01-31: d, ~: e, 0x1F: f, yes: g, !!binary aGVsbG8=: h}
mosaic-database:waivers: {a: !!str 0123, b: !!int "0123", c: !!binary aGVsbG8=, d: "0123", e: '0123'}
mosaic-database:alerts: &alerts {a: [010, [0x10]], b: &b {c: 1.10}, d: *b, e: {<<: *b, f: 1}}
`
	dir := t.TempDir()
	for file, text := range map[string]string{"Pulumi.yaml": "name: mosaic-database\nruntime: go\n", "Pulumi.prod.yaml": "config:" + strings.ReplaceAll(content, "\n", "\n  ")} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
	}
	values, err := engine.StackConfig(dir, "prod")
	require.NoError(t, err)
	assert.Equal(t, configtest.Source(values), configtest.Parse(t, content))
}
