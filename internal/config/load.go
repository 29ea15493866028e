package config

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Source is where raw configuration comes from: the value of a full key such as "mosaic-database:tier",
// an object as JSON; false if the key is not set; and whether any of it is secret. *pulumi.Context is one.
type Source interface {
	GetConfig(key string) (string, bool)
	IsConfigSecret(key string) bool
}

// Load reads the configuration of a stack: the defaults, under the tier, under what the stack sets; and
// checks all of it. file is for finding misspelt keys, and what is encrypted; it may be empty. The error is Problems
// when the configuration is wrong.
func Load(src Source, stack string, file StackFile) (*Config, error) {
	l := loader{src: src, config: defaults(stack), wrong: map[string]bool{}}
	keys := l.config.keys()
	l.unknownKeys(keys, file.Keys)
	l.secrets(keys, file)
	for _, k := range keys {
		l.key(k)
		if k.full() == ownKey("tier") {
			l.applyTier()
		}
	}
	l.derive()
	l.contradictions()
	if err := l.problems.Err(); err != nil {
		return nil, err
	}
	return l.config, nil
}

// loader collects what is wrong while a configuration is read.
type loader struct {
	src      Source
	config   *Config
	problems Problems
	wrong    map[string]bool // full keys with a problem; what depends on them is not checked again
}

func (l *loader) add(problems ...Problem) {
	for _, p := range problems {
		key, _, _ := strings.Cut(p.Key, "[") // an item's problem is its list's
		l.wrong[key] = true
	}
	l.problems = append(l.problems, problems...)
}

// conflict adds a problem about fields of the program's own keys, the first of them at fault, unless
// one of them has a problem already.
func (l *loader) conflict(value any, rule, fix string, fields ...string) {
	if l.sound(fields...) {
		l.add(Problem{Key: ownKey(fields[0]), Value: show(value), Rule: rule, Fix: fix})
	}
}

// sound tells whether none of some fields of the program's own keys, nor the objects they are in, has a problem.
func (l *loader) sound(fields ...string) bool {
	return !slices.ContainsFunc(fields, func(field string) bool {
		object, _, _ := strings.Cut(field, ".")
		return l.wrong[ownKey(field)] || l.wrong[ownKey(object)]
	})
}

// ownKey is the full form of a key, or of a field, of the program's namespace.
func ownKey(name string) string { return Namespace + ":" + name }

// key reads one key, if the stack sets it.
func (l *loader) key(k key) {
	value, _ := l.src.GetConfig(k.full())
	if k.full() == ownKey("environment") {
		value = cmp.Or(value, l.config.Stack)
	}
	value = strings.TrimSpace(value)
	switch {
	case value == "" && k.required:
		l.add(Problem{Key: k.full(), Rule: "required: " + k.rule, Fix: "the line in the stack's file"})
		return
	case value == "":
		return
	case k.kind == kindString:
		value = quoted(value)
	case !json.Valid([]byte(value)):
		value = quoted(value)
	}
	raw := json.RawMessage(value)
	if k.kind == kindObject {
		l.object(k, raw)
		return
	}
	l.add(k.decode(raw).under(k.full())...)
}

// quoted is a text as JSON.
func quoted(s string) string {
	content, _ := json.Marshal(s) // a string always has a form in JSON
	return string(content)
}

// object reads the fields of an object; an unknown one is a problem.
func (l *loader) object(k key, raw json.RawMessage) {
	values, ok := parseJSON[map[string]json.RawMessage](raw)
	if !ok {
		l.add(kindObject.mismatch(k.full(), raw)...)
		return
	}
	var names []string
	for _, f := range k.fields {
		names = append(names, f.name)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(names, name) {
			l.unknown(k.full()+".", name, k.name+" has no such field", names)
		}
	}
	for _, f := range k.fields {
		if value, ok := values[f.name]; ok {
			l.add(f.decode(value).under(k.full() + "." + f.name)...)
		}
	}
}

// secrets refuses what would not stay secret. A secret that the stack's file does not have comes from an environment of
// Pulumi ESC.
func (l *loader) secrets(keys []key, file StackFile) {
	l.add(file.Exposed()...)
	for _, k := range keys {
		full := k.full()
		inFile := slices.ContainsFunc(file.Encrypted, func(path string) bool {
			return path == full || strings.HasPrefix(path, full+".") || strings.HasPrefix(path, full+"[")
		})
		if l.src.IsConfigSecret(full) && !inFile && full != ownKey("cluster") {
			l.add(exposed(full, "it in clear, where it comes from"))
		}
	}
}

// unknownKeys finds the keys that mean nothing, of the program's namespace and of aws, whose provider is made
// from this configuration alone.
func (l *loader) unknownKeys(keys []key, declared []string) {
	var known, names []string
	for _, k := range keys {
		known = append(known, k.full())
		if k.namespace == Namespace {
			names = append(names, k.name)
		}
	}
	for _, full := range declared {
		namespace, name, _ := strings.Cut(full, ":")
		switch {
		case slices.Contains(known, full):
			continue
		case namespace == "aws":
			l.add(Problem{
				Key: full, Rule: "not read: of aws, there are region and allowedAccountIds",
				Fix: "nothing: remove the line; credentials come from the environment, such as AWS_PROFILE",
			})
			continue
		case namespace != Namespace:
			if closest(namespace, []string{Namespace}) != "" {
				l.unknown("", full, "there is no such namespace", []string{ownKey(name)})
			}
			continue
		}
		if object, _, path := strings.Cut(name, "."); path && slices.Contains(names, object) {
			l.add(Problem{
				Key: full, Rule: "a field is set inside its object, not as a key of its own",
				Fix: fmt.Sprintf("pulumi config rm '%s', then pulumi config set --path '%s' …", full, full),
			})
			continue
		}
		l.unknown(ownKey(""), name, "there is no such key", names)
	}
}

// unknown adds the problem of a name that is not one of the known. Its value is not shown: under a wrong
// name, it may be anything. What the name most likely means is wrong with it, so that it is not missed, too.
func (l *loader) unknown(prefix, name, rule string, known []string) {
	problem, near := unknownName(prefix, name, rule, known)
	if near != "" {
		l.wrong[prefix+near] = true
	}
	l.add(problem)
}

// unknownName is the problem of a name that is not one of the known, and which of them it most likely means.
func unknownName(prefix, name, rule string, known []string) (Problem, string) {
	near := closest(name, known)
	if near == "" {
		return Problem{Key: prefix + name, Rule: rule, Fix: "one of " + strings.Join(known, ", ") + "; or remove the line"}, ""
	}
	return Problem{Key: prefix + name, Rule: rule + "; did you mean " + near + "?", Fix: near}, near
}

// applyTier sets what the tier decides, before the stack's own fields come over it.
func (l *loader) applyTier() {
	for _, t := range Tiers() {
		if t.Name == l.config.Tier {
			t.apply(&l.config.Database)
		}
	}
}

// derive fills in the defaults that depend on other fields.
func (l *loader) derive() {
	c := l.config
	c.Database.ReplicaInstanceClass = cmp.Or(c.Database.ReplicaInstanceClass, c.Database.InstanceClass)
	c.Database.ReplicaMaxAllocatedStorage = cmp.Or(c.Database.ReplicaMaxAllocatedStorage, c.Database.MaxAllocatedStorage)
	c.Restore.Serving = cmp.Or(c.Restore.Serving, c.Restore.Generation)
	c.Migrations.StatementTimeoutSeconds = cmp.Or(c.Migrations.StatementTimeoutSeconds, c.Migrations.DeadlineSeconds)
	c.Budget.ExpectedBackupGiB = cmp.Or(c.Budget.ExpectedBackupGiB, c.Database.AllocatedStorage)
	if c.TLS.CaBundleConfigMap != "" {
		c.TLS.CaBundlePath = cmp.Or(c.TLS.CaBundlePath, caBundlePath)
	}
	c.App.Namespace = cmp.Or(c.App.Namespace, naming.Namespace(c.Environment))
	c.App.ServiceAccount = cmp.Or(c.App.ServiceAccount, c.App.Name)
	c.App.SecretName = cmp.Or(c.App.SecretName, naming.KubernetesSecret(c.App.Name))
	c.deriveApps()
}
