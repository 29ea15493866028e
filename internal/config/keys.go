package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// unknownKeys finds the keys that mean nothing: of the program's namespace, and of the providers, which are made from this configuration
// alone. Those of other namespaces are somebody else's.
func (l *loader) unknownKeys() {
	var known, names []string
	for _, f := range l.fields {
		known = append(known, Key(f.Key))
		if !strings.Contains(f.Key, ":") {
			names = append(names, f.Key)
		}
	}
	for _, full := range l.file.Keys {
		if slices.Contains(known, full) {
			continue
		}
		if namespace, name, _ := strings.Cut(full, ":"); namespace == Namespace {
			l.unknownKey(full, name, names)
		} else {
			l.foreignKey(full, namespace, name)
		}
	}
}

// unknownKey refuses a key of the program's namespace.
func (l *loader) unknownKey(full, name string, names []string) {
	if object, _, path := strings.Cut(name, "."); path && slices.Contains(names, object) {
		l.add(Problem{
			Key: full, Rule: "a field is set inside its object, not as a key of its own",
			Fix: fmt.Sprintf("pulumi config rm '%s', then pulumi config set --path '%s' …", full, full),
		})
		return
	}
	l.add(schema.Unknown(Namespace+":", name, "there is no such key", names))
}

// foreignKey refuses a key of a provider that the program makes, or of a namespace that must be a misspelt one.
func (l *loader) foreignKey(full, namespace, name string) {
	switch {
	case full == "aws:defaultTags":
		l.add(Problem{
			Key: full, Rule: "not read: the tags of every resource are " + Namespace + ":tags",
			Fix: Namespace + ":tags, one name: value per line",
		})
	case namespace == "aws":
		l.add(Problem{
			Key: full, Rule: "not read: under aws there are region and allowedAccountIds, and nothing else",
			Fix: "nothing: remove the line; credentials come from the environment, such as AWS_PROFILE",
		})
	case namespace == "kubernetes":
		l.add(Problem{
			Key: full, Rule: "not read: which cluster it is, and how it is reached, is " + Namespace + ":cluster",
			Fix: "nothing: remove the line; or name, kubeconfig and context of " + Namespace + ":cluster",
		})
	case namespace == "random":
		l.add(Problem{
			Key: full, Rule: "not read: the provider of random passwords has no settings",
			Fix: "nothing: remove the line",
		})
	case schema.Closest(namespace, []string{Namespace}) != "":
		l.add(schema.Unknown("", full, "there is no such namespace", []string{Key(name)}))
	}
}

// twice refuses a key in two spellings.
func (l *loader) twice() {
	for _, full := range slices.Sorted(maps.Keys(l.file.Twice)) {
		l.add(Problem{
			Key: full, Rule: "once: the file has it as " + strings.Join(l.file.Twice[full], " and as ") + ", and Pulumi takes one of them by chance",
			Fix: "one of the two lines",
		})
	}
}
