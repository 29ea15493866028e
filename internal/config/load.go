package config

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/config/template"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Source is where raw configuration comes from: the value of a full key such as "mosaic-database:tier", an object as JSON; false
// if the key is not set; and whether any of it is secret. *pulumi.Context is one.
type Source interface {
	GetConfig(key string) (string, bool)
	IsConfigSecret(key string) bool
}

// Load reads the configuration of a stack: the defaults, under the tier, under what the stack sets; and checks all of it. file is
// for finding misspelt keys, and what is encrypted; it may be empty. The error is Problems when the configuration is wrong.
func Load(src Source, stack string, file StackFile) (*Config, error) {
	l := reading(src, stack, file)
	l.contradictions()
	if err := l.problems.Err(); err != nil {
		return nil, err
	}
	return l.config, nil
}

// reading reads every key of a configuration, and checks each by itself.
func reading(src Source, stack string, file StackFile) *loader {
	l := &loader{src: src, file: file, wrong: map[string]bool{}}
	l.config, l.fields = defaults(stack)
	l.unknownKeys()
	l.twice()
	l.secrets()
	for _, f := range l.fields {
		l.read(f)
		if f.Key == "tier" {
			l.config.applyTier()
		}
	}
	l.config.derive()
	return l
}

// loader collects what is wrong while a configuration is read.
type loader struct {
	src      Source
	file     StackFile
	config   *Config
	fields   []*schema.Field
	problems Problems
	wrong    map[string]bool // full keys with a problem; what depends on them is not checked again
}

func (l *loader) add(problems ...Problem) {
	for _, p := range problems {
		key, _, _ := strings.Cut(p.Key, "[") // an item's problem is its list's
		l.wrong[key] = true
		if p.Meant != "" {
			l.wrong[p.Meant] = true // so that it is not missed, too
		}
	}
	l.problems = append(l.problems, problems...)
}

// conflict adds a problem of a field, whose key is without the namespace, and of others that it contradicts; unless one of them
// has a problem already.
func (l *loader) conflict(p Problem, others ...string) {
	if l.sound(append(others, p.Key)...) {
		p.Key = Key(p.Key)
		l.add(p)
	}
}

// sound tells whether none of some fields, nor the objects that they are in, has a problem.
func (l *loader) sound(fields ...string) bool {
	return !slices.ContainsFunc(fields, func(field string) bool {
		object, _, _ := strings.Cut(field, ".")
		return l.wrong[Key(field)] || l.wrong[Key(object)]
	})
}

// read reads one key, if the stack sets it. The engine hands on a key that only the project declares as an empty value, too.
func (l *loader) read(f *schema.Field) {
	full := Key(f.Key)
	if len(l.file.Twice[full]) > 0 {
		return // which of the two the engine has is chance
	}
	inFile := slices.Contains(l.file.Keys, full)
	value, _ := l.src.GetConfig(full)
	if f.Key == "environment" && !inFile {
		value = cmp.Or(value, l.config.Stack)
	}
	value = strings.TrimSpace(value)
	switch {
	case value == "" && f.Required:
		l.add(Problem{Key: full, Rule: "required: " + f.Rule(), Fix: "the line in the stack's file"})
		return
	case value == "" && (f.Kind != schema.String || !inFile):
		return
	case f.Kind == schema.String, !json.Valid([]byte(value)):
		value = quoted(value)
	}
	problems := l.written(f)
	for _, p := range f.Decode(json.RawMessage(value)).Under(full) {
		if !slices.ContainsFunc(problems, func(written Problem) bool { return written.Key == p.Key }) {
			problems = append(problems, p)
		}
	}
	l.add(problems...)
	if f.Key == "aws:allowedAccountIds" && len(l.config.AllowedAccountIDs) == 1 {
		l.config.AccountID = l.config.AllowedAccountIDs[0]
	}
}

// written is the problems of how the file has a key, if it has it.
func (l *loader) written(f *schema.Field) Problems {
	node := l.file.written[Key(f.Key)]
	if node == nil {
		return nil
	}
	return f.Written(node).Under(Key(f.Key))
}

// quoted is a text as JSON.
func quoted(s string) string {
	content, _ := json.Marshal(s) // a string always has a form in JSON
	return string(content)
}

// secrets refuses what would not stay secret. A secret that the stack's file does not have comes from an environment of
// Pulumi ESC.
func (l *loader) secrets() {
	l.add(l.file.Exposed()...)
	for _, f := range l.fields {
		full := Key(f.Key)
		if l.src.IsConfigSecret(full) && !l.file.IsConfigSecret(full) && !mayBeSecret(f) {
			l.add(exposed(full, "it unencrypted, where it comes from"))
		}
	}
}

// caBundlePath is where a bundle from a ConfigMap is mounted.
const caBundlePath = "/etc/ssl/rds/ca-bundle.pem"

// derive fills in the defaults that depend on other fields.
func (c *Config) derive() {
	c.Database.ReplicaInstanceClass = cmp.Or(c.Database.ReplicaInstanceClass, c.Database.InstanceClass)
	c.Budget.ExpectedBackupGiB = cmp.Or(c.Budget.ExpectedBackupGiB, c.Database.AllocatedStorage)
	if c.Database.Aurora() {
		c.Budget.ExpectedBackupGiB = cmp.Or(c.Budget.ExpectedBackupGiB, c.Budget.ExpectedStorageGiB)
	}
	if c.Database.ReplicaMaxAllocatedStorage < 0 { // not set: 0 switches it off
		c.Database.ReplicaMaxAllocatedStorage = c.Database.MaxAllocatedStorage
	}
	c.Restore.Serving = cmp.Or(c.Restore.Serving, c.Restore.Generation)
	if c.Restore.Serving == c.Restore.Generation {
		c.Database.EngineVersion = c.Newest().Database.EngineVersion
	}
	c.Migrations.derive()
	if c.TLS.CaBundleConfigMap != "" {
		c.TLS.CaBundlePath = cmp.Or(c.TLS.CaBundlePath, caBundlePath)
	}
	c.App.Namespace = cmp.Or(c.App.Namespace, naming.Namespace(c.Environment))
	c.App.ServiceAccount = cmp.Or(c.App.ServiceAccount, c.App.Name)
	c.App.SecretName = cmp.Or(c.App.SecretName, naming.KubernetesSecret(c.App.Name))
	c.App.deriveShape()
	c.GitOps.Path = cmp.Or(c.GitOps.Path, "environments/"+c.Stack+"/values.database.yaml")
	for _, app := range c.AdditionalApps {
		app.deriveShape()
		app.Database.Migrations.derive()
		app.Namespace = cmp.Or(app.Namespace, c.App.Namespace)
		app.ServiceAccount = cmp.Or(app.ServiceAccount, app.Name)
		app.SecretName = cmp.Or(app.SecretName, naming.KubernetesSecret(app.Name))
	}
}

// deriveShape gives the values of the chart the default shape.
func (a *Access) deriveShape() {
	if a.HelmValues == nil {
		a.HelmValues = template.Default(a.shape())
	}
}

// shape is what the values of the chart depend on.
func (a Access) shape() template.Options {
	return template.Options{Entries: len(a.SecretEntries) > 0, ClusterStore: a.ClusterSecretStore != "", OwnAccount: a.SecretsServiceAccount != ""}
}
