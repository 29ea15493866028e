package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// isEncrypted tells whether Pulumi has encrypted a value: it is an object with the one field secure, a text.
func isEncrypted(value any) bool {
	object, _ := value.(map[string]any)
	_, secure := object["secure"].(string)
	return secure && len(object) == 1
}

// encrypted is the paths to what Pulumi has encrypted in a value.
func encrypted(path string, value any) []string {
	var paths []string
	switch value := value.(type) {
	case map[string]any:
		if isEncrypted(value) {
			return []string{path}
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			paths = append(paths, encrypted(path+step(name), value[name])...)
		}
	case []any:
		for i, item := range value {
			paths = append(paths, encrypted(fmt.Sprintf("%s[%d]", path, i), item)...)
		}
	}
	return paths
}

// step is one name as a part of a path, as pulumi config set --path takes it.
func step(name string) string {
	if strings.ContainsAny(name, `.[]"`) {
		return "[" + quoted(name) + "]"
	}
	return "." + name
}

// kubeconfigField is the one value that may be secret: nothing is made of it, and it stays secret in the state.
const kubeconfigField = "cluster.kubeconfig"

// mayBeSecret tells whether a key has a field that may be.
func mayBeSecret(f *schema.Field) bool {
	return slices.ContainsFunc(f.Fields, func(inner *schema.Field) bool { return inner.Secret })
}

// Exposed is the problem of every encrypted value that would not stay secret.
func (f StackFile) Exposed() Problems {
	var problems Problems
	for _, path := range f.Encrypted {
		if strings.HasPrefix(path, Key("migrations.env.")) {
			problems = append(problems, exposed(path, "it into a Secret of the namespace, which migrations.secretEnv names"))
			continue
		}
		switch path {
		case Key(kubeconfigField):
		case Key("migrations"), Key("migrations.env"):
			problems = append(problems, exposed(path, "its fields in clear, and what is secret in a Secret of the namespace, which migrations.secretEnv names"))
		case Key("cluster"):
			problems = append(problems, exposed(path, "its fields in clear, and: pulumi config set --secret --path "+Key(kubeconfigField)+" …"))
		default:
			problems = append(problems, exposed(path, fmt.Sprintf("it unencrypted: pulumi config set --plaintext --path '%s' …", path)))
		}
	}
	return problems
}

func exposed(path, fix string) Problem {
	return Problem{
		Key: path, Fix: fix,
		Rule: "not secret: it becomes a part of names, tags, rules or outputs, which everybody reads who may see the stack; only " +
			Key(kubeconfigField) + " may be",
	}
}
