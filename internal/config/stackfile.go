package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// StackFile is what the file Pulumi.<stack>.yaml has, beside the values, which come from the engine.
type StackFile struct {
	// Keys is every configuration key, sorted, in full form: a key without a namespace has the program's.
	Keys []string
	// Twice is the spellings of the keys, by their full form, that are there in more than one.
	Twice map[string][]string
	// Encrypted is every path to an encrypted value, such as mosaic-database:cluster.kubeconfig, in the order of the file.
	Encrypted []string

	written map[string]*yaml.Node // by the keys in full form
}

// ReadStackFile reads the file of a stack in a directory. A missing file has nothing and is no error.
func ReadStackFile(dir, stack string) (StackFile, error) {
	content, err := os.ReadFile(filepath.Join(dir, "Pulumi."+stack+".yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return StackFile{}, nil
	}
	if err != nil {
		return StackFile{}, fmt.Errorf("reading the stack's file: %w", err)
	}
	keys, err := parseStackFile(content)
	if err != nil {
		return StackFile{}, fmt.Errorf("reading Pulumi.%s.yaml: %w", stack, err)
	}
	read := StackFile{Twice: map[string][]string{}, written: map[string]*yaml.Node{}}
	spellings := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		full, node := fullKey(key), keys[key]
		read.written[full] = &node
		read.Encrypted = append(read.Encrypted, encrypted(full, &node)...)
		if spellings[full] = append(spellings[full], key); len(spellings[full]) > 1 {
			read.Twice[full] = spellings[full]
		}
	}
	read.Keys = slices.Sorted(maps.Keys(read.written))
	return read, nil
}

// parseStackFile is the keys of a stack's file as they are written there.
func parseStackFile(content []byte) (map[string]yaml.Node, error) {
	var whole any // finds what nodes let pass, such as a name that is there twice
	if err := yaml.Unmarshal(content, &whole); err != nil {
		return nil, err
	}
	var file struct {
		Config map[string]yaml.Node `yaml:"config"`
	}
	documents := yaml.NewDecoder(bytes.NewReader(content))
	if err := documents.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var second yaml.Node
	if err := documents.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is a second document, after ---, which Pulumi does not read: remove it, or the line ---")
	}
	return file.Config, nil
}

// fullKey is a key with its namespace, as Pulumi reads it: without one, it has the program's; config between the two is a former spelling.
func fullKey(key string) string {
	if namespace, name, found := strings.Cut(key, ":config:"); found {
		return namespace + ":" + name
	}
	return Key(key)
}

// encrypted is the paths to what Pulumi has encrypted: an object with the one field secure.
func encrypted(path string, node *yaml.Node) []string {
	var paths []string
	switch node.Kind {
	case yaml.MappingNode:
		if len(node.Content) == 2 && node.Content[0].Value == "secure" {
			return []string{path}
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			paths = append(paths, encrypted(path+step(node.Content[i].Value), node.Content[i+1])...)
		}
	case yaml.SequenceNode:
		for i, item := range node.Content {
			paths = append(paths, encrypted(fmt.Sprintf("%s[%d]", path, i), item)...)
		}
	default: // nothing is below it
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
			problems = append(problems, exposed(path, fmt.Sprintf("it in clear: pulumi config set --plaintext --path '%s' …", path)))
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
