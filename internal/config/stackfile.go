package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// StackFile is what the file Pulumi.<stack>.yaml has. It is a [Source] of its values, too, as far as they are there in clear.
type StackFile struct {
	// Keys is every configuration key, sorted, in full form: a key without a namespace has the program's.
	Keys []string
	// Twice is the spellings of the keys, by their full form, that are there in more than one.
	Twice map[string][]string
	// Encrypted is every path to an encrypted value, such as mosaic-database:cluster.kubeconfig, sorted.
	Encrypted []string
	// Environments is what the file names of Pulumi ESC: environments, or "values" for values of its own. They bring keys that are not here.
	Environments []string
	// SecretsProvider is the URL of what encrypts the secrets of the stack, EncryptionSalt the salt of a passphrase; "": the file has none.
	SecretsProvider, EncryptionSalt string

	written map[string]*yaml.Node // by the keys in full form
	values  map[string]string     // by the keys in full form, with those that the project gives all stacks
}

// StackFilePath is where a project in a directory has the file of a stack.
func StackFilePath(dir, stack string) (string, error) {
	project, err := readProject(dir)
	return project.stackFile(dir, stack), err
}

// ReadStackFile reads the file of a stack of the project in a directory. A missing file has nothing and is no error.
func ReadStackFile(dir, stack string) (StackFile, error) {
	project, err := readProject(dir)
	if err != nil {
		return StackFile{}, err
	}
	content, err := os.ReadFile(project.stackFile(dir, stack))
	if errors.Is(err, fs.ErrNotExist) {
		return StackFile{values: project.values()}, nil
	}
	if err != nil {
		return StackFile{}, fmt.Errorf("reading the stack's file: %w", err)
	}
	file, err := parseStackFile(content)
	if err != nil {
		return StackFile{}, fmt.Errorf("reading Pulumi.%s.yaml: %w", stack, err)
	}
	read := StackFile{
		Twice: map[string][]string{}, Environments: environments(file.Environment),
		SecretsProvider: file.Provider, EncryptionSalt: file.Salt, written: map[string]*yaml.Node{}, values: project.values(),
	}
	spellings := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(file.Nodes)) {
		full, node := fullKey(key), file.Nodes[key]
		read.written[full] = &node
		read.Encrypted = append(read.Encrypted, encrypted(full, file.Values[key])...)
		delete(read.values, full)
		if text, inClear := handedOn(file.Values[key]); inClear {
			read.values[full] = text
		}
		if spellings[full] = append(spellings[full], key); len(spellings[full]) > 1 {
			read.Twice[full] = spellings[full]
		}
	}
	slices.Sort(read.Encrypted)
	read.Keys = slices.Sorted(maps.Keys(read.written))
	return read, nil
}

// parsed is the file of a stack as YAML reads it.
type parsed struct {
	Provider    string               `yaml:"secretsprovider"`
	Salt        string               `yaml:"encryptionsalt"`
	Environment any                  `yaml:"environment"`
	Nodes       map[string]yaml.Node `yaml:"config"` // by the keys as they are written

	Values map[string]any `yaml:"-"` // the same, with aliases and merges in their places
}

func parseStackFile(content []byte) (parsed, error) {
	// All of it finds what nodes let pass, such as a name that is there twice.
	var whole struct {
		Rest   map[string]any `yaml:",inline"`
		Config map[string]any `yaml:"config"`
	}
	if err := yaml.Unmarshal(content, &whole); err != nil {
		return parsed{}, err
	}
	file := parsed{Values: whole.Config}
	documents := yaml.NewDecoder(bytes.NewReader(content))
	if err := documents.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return parsed{}, err
	}
	for {
		var next any
		err := documents.Decode(&next)
		if errors.Is(err, io.EOF) {
			return file, nil
		}
		if err != nil || next != nil {
			return parsed{}, errors.New("there is a second document, after ---, which Pulumi does not read: remove it, or the line ---")
		}
	}
}

// fullKey is a key with its namespace, as Pulumi reads it: without one, it has the program's; config between the two is a former spelling.
func fullKey(key string) string {
	if namespace, name, found := strings.Cut(key, ":config:"); found {
		return namespace + ":" + name
	}
	return Key(key)
}

// environments is what the file names of Pulumi ESC: a list of environments, or an environment of its own, which may import others.
func environments(value any) []string {
	var names []string
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			if options, has := item.(map[string]any); has { // the name of one, with how it is merged
				names = append(names, slices.Sorted(maps.Keys(options))...)
			} else {
				names = append(names, fmt.Sprint(item))
			}
		}
	case map[string]any:
		names = environments(value["imports"])
		if value["values"] != nil {
			names = append(names, "values")
		}
	}
	return names
}
