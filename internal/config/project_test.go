package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

// root is the project's directory, seen from this package.
const root = "../.."

func TestProjectFileDeclaresTheKeysOfTheTables(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(root, "Pulumi.yaml"))
	require.NoError(t, err)
	var project struct {
		Name   string
		Config map[string]yaml.Node
	}
	require.NoError(t, yaml.Unmarshal(content, &project))
	assert.Equal(t, config.Namespace, project.Name, "a key without a namespace has the project's")

	declared := map[string]config.Reference{}
	for key, node := range project.Config {
		if strings.Contains(key, ":") {
			continue // another namespace: a value, not a declaration
		}
		var d struct{ Type, Description, Default yaml.Node }
		require.NoError(t, node.Decode(&d), key)
		value := d.Default.Value
		if d.Default.Kind == yaml.MappingNode && len(d.Default.Content) == 0 {
			value = "{}"
		}
		assert.Regexp(t, `^[A-Z].*\.$`, d.Description.Value, key)
		declared[key] = config.Reference{Key: key, Type: d.Type.Value, Default: value}
	}
	want := map[string]config.Reference{}
	for _, r := range config.References() {
		if strings.ContainsAny(r.Key, ".:") {
			continue
		}
		if r.Type == string(schema.Map) || r.Type == string(schema.Objects) {
			r.Type = string(schema.Object)
		}
		if r.Key == "environment" {
			r.Default = "" // the stack's name, which the file cannot know
		}
		if r.Key == "permissionsBoundary" {
			r.Default = ""
		}
		want[r.Key] = config.Reference{Key: r.Key, Type: r.Type, Default: r.Default}
	}
	assert.Equal(t, want, declared)

	var barred []string
	node := project.Config["pulumi:disable-default-providers"]
	require.NoError(t, node.Decode(&barred))
	assert.Equal(t, []string{"*"}, barred, "no run may use ambient credentials")
}

func committed(t *testing.T, stack string) (*config.Config, []string) {
	t.Helper()
	read, err := config.ReadStackFile(root, stack)
	require.NoError(t, err)
	c, err := config.Load(read, stack, read)
	require.NoError(t, err)
	return c, read.Keys
}

func TestCommittedStacksLoad(t *testing.T) {
	prod, prodKeys := committed(t, "prod")
	dev, devKeys := committed(t, "dev")
	assert.Subset(t, devKeys, prodKeys, "dev is prod with other values")

	assert.Equal(t, "mosaic-prod", prod.Cluster.Name)
	assert.Equal(t, "mvp", prod.Tier)
	assert.True(t, prod.Database.DeletionProtection)
	assert.False(t, prod.Database.SkipFinalSnapshot)
	assert.False(t, prod.Database.DeleteAutomatedBackups)
	assert.Equal(t, 30, prod.Database.SecretRecoveryDays)
	assert.NotEmpty(t, prod.Alerts.Emails)

	assert.Equal(t, "mosaic-dev", dev.Cluster.Name)
	assert.True(t, dev.Database.DeletionProtection, "deleting takes two steps in dev, too")
	assert.True(t, dev.Database.SkipFinalSnapshot)
	assert.Zero(t, dev.Database.SecretRecoveryDays)
}

func TestReadStackFile(t *testing.T) {
	dir := t.TempDir()
	write := func(stack, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi."+stack+".yaml"), []byte(content), 0o600))
	}
	write("dev", "encryptionsalt: v1:abc\nconfig:\n  tier: ha\n  mosaic-database:app: {name: a}\n  aws:config:region: us-east-1\n")
	write("empty", "secretsprovider: passphrase\n")
	write("broken", "config: [")
	write("twice", "config:\n  database: {port: 5432,\n    port: 5433}\n")
	write("second", "config:\n  tier: ha\n---\nconfig:\n  tier: mvp\n")
	write("secret", `
config:
  mosaic-database:cluster: {name: a, kubeconfig: {secure: v1:x}}
  mosaic-database:alerts: {emails: [a@b.example, {secure: v1:y}]}
  mosaic-database:tags: {secure: a tag, other: b, cost.center: {secure: v1:w}}
  budget: {secure: v1:z}
`)

	file, err := config.ReadStackFile(dir, "dev")
	require.NoError(t, err)
	assert.Equal(t, []string{"aws:region", "mosaic-database:app", "mosaic-database:tier"}, file.Keys)
	assert.Empty(t, file.Encrypted)

	file, err = config.ReadStackFile(dir, "secret")
	require.NoError(t, err)
	assert.Equal(t, []string{"mosaic-database:alerts.emails[1]", "mosaic-database:budget", "mosaic-database:cluster.kubeconfig", `mosaic-database:tags["cost.center"]`}, file.Encrypted)

	for _, none := range []string{"empty", "none"} {
		file, err = config.ReadStackFile(dir, none)
		require.NoError(t, err)
		assert.Empty(t, file.Keys)
	}

	for name, why := range map[string]string{
		"broken": "did not find", "twice": `mapping key "port" already defined at line 2`, "second": "a second document, after ---",
	} {
		_, err = config.ReadStackFile(dir, name)
		assert.ErrorContains(t, err, "Pulumi."+name+".yaml")
		assert.ErrorContains(t, err, why)
	}
}

// secretly is a source that says of some keys that they are secret.
type secretly struct {
	configtest.Source
	keys []string
}

func (s secretly) IsConfigSecret(key string) bool { return slices.Contains(s.keys, key) }

// A secret is taken where it stays one, and refused where it would be read by others.
func TestSecretsStaySecret(t *testing.T) {
	for name, test := range map[string]struct {
		file    config.StackFile
		secret  []string // to the engine
		problem string   // its key
		write   string
	}{
		"none":                             {},
		"a kubeconfig":                     {file: config.StackFile{Encrypted: []string{"mosaic-database:cluster.kubeconfig"}}, secret: []string{"mosaic-database:cluster"}},
		"a kubeconfig from an environment": {secret: []string{"mosaic-database:cluster"}},
		"an item": {
			file: config.StackFile{Encrypted: []string{"mosaic-database:alerts.emails[0]"}}, secret: []string{"mosaic-database:alerts"},
			problem: "mosaic-database:alerts.emails[0]", write: "pulumi config set --plaintext --path 'mosaic-database:alerts.emails[0]'",
		},
		"a whole cluster": {
			file: config.StackFile{Encrypted: []string{"mosaic-database:cluster"}}, secret: []string{"mosaic-database:cluster"},
			problem: "mosaic-database:cluster", write: "--secret --path mosaic-database:cluster.kubeconfig",
		},
		"a variable of the migration": {
			file: config.StackFile{Encrypted: []string{"mosaic-database:migrations.env.SENTRY_DSN"}}, secret: []string{"mosaic-database:migrations"},
			problem: "mosaic-database:migrations.env.SENTRY_DSN", write: "into a Secret of the namespace, which migrations.secretEnv names",
		},
		"all migrations": {
			file: config.StackFile{Encrypted: []string{"mosaic-database:migrations"}}, secret: []string{"mosaic-database:migrations"},
			problem: "mosaic-database:migrations", write: "migrations.secretEnv names",
		},
		"another key of AWS":  {file: config.StackFile{Encrypted: []string{"aws:region"}}, secret: []string{"aws:region"}, problem: "aws:region", write: "unencrypted"},
		"from an environment": {secret: []string{"mosaic-database:database"}, problem: "mosaic-database:database", write: "where it comes from"},
	} {
		_, err := config.Load(secretly{configtest.With(t, ""), test.secret}, "prod", test.file)
		if test.problem == "" {
			assert.NoError(t, err, name)
			continue
		}
		var problems config.Problems
		require.ErrorAs(t, err, &problems, name)
		require.Len(t, problems, 1, name)
		assert.Equal(t, test.problem, problems[0].Key, name)
		assert.Contains(t, problems[0].Fix, test.write, name)
		assert.Empty(t, problems[0].Value, "%s: it is secret", name)
	}
}

func TestReferencesDescribeEveryFieldOnce(t *testing.T) {
	seen := map[string]config.Reference{}
	for _, r := range config.References() {
		assert.NotContains(t, seen, r.Key)
		assert.Regexp(t, `^[A-Z].*\.$`, r.Description, r.Key)
		seen[r.Key] = r
	}
	assert.Equal(t, "by tier", seen["database.instanceClass"].Default)
	assert.Equal(t, "5432", seen["database.port"].Default)
	assert.Equal(t, "none: required", seen["aws:region"].Default)
	assert.Equal(t, "[]", seen["alerts.emails"].Default)
	assert.Equal(t, `["alembic", "upgrade", "head"]`, seen["migrations.command"].Default)
	assert.Equal(t, "a plain e-mail address; no value twice", seen["alerts.emails"].Rule)
	assert.Regexp(t, `a \{formula\}; rds.force_ssl stays 1$`, seen["database.parameters"].Rule)
	assert.Equal(t, "the stack's name", seen["environment"].Default)
}
