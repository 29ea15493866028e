package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// GetConfig is the value of a full key as the engine hands it on, without what is encrypted in it; false if neither the file nor the project
// has it in clear.
func (f StackFile) GetConfig(key string) (string, bool) {
	value, ok := f.values[key]
	return value, ok
}

// IsConfigSecret tells whether something is encrypted in the value of a full key.
func (f StackFile) IsConfigSecret(key string) bool {
	return slices.ContainsFunc(f.Encrypted, func(path string) bool { return within(path, key) })
}

// IsText tells whether the file has a text for a key, such as an object in JSON.
func (f StackFile) IsText(key string) bool {
	node := f.written[Key(key)]
	if node != nil && node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	return node != nil && node.Kind == yaml.ScalarNode && node.ShortTag() == "!!str"
}

// within tells whether a path is a key, or below it.
func within(path, key string) bool {
	rest, below := strings.CutPrefix(path, key)
	return below && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// handedOn is a value as the engine hands it on: a text as it is, nothing as an empty one, all else as JSON; false if it is encrypted.
func handedOn(value any) (string, bool) {
	if isEncrypted(value) || value == nil {
		return "", value == nil
	}
	if text, isText := inClear(value).(string); isText {
		return text, true
	}
	content, err := json.Marshal(inClear(value))
	return string(content), err == nil // an infinite number, which Pulumi refuses
}

// inClear is a value without what is encrypted in it, and with Pulumi's forms of times, and of names that are no texts: YAML has them,
// configuration has not.
func inClear(value any) any {
	switch value := value.(type) {
	case time.Time:
		return value.String()
	case []any:
		items := make([]any, 0, len(value))
		for _, item := range value {
			if !isEncrypted(item) {
				items = append(items, inClear(item))
			}
		}
		return items
	case map[string]any:
		object := map[string]any{}
		for name, item := range value {
			if !isEncrypted(item) {
				object[name] = inClear(item)
			}
		}
		return object
	case map[any]any:
		named := map[string]any{}
		for name, item := range value {
			named[fmt.Sprint(name)] = item
		}
		return inClear(named)
	}
	return value
}

// project is what Pulumi.yaml says of the stack files: where they are, and what every stack has that sets nothing else.
type project struct {
	Folder string `yaml:"stackConfigDir"` // "": beside it
	Config any    `yaml:"config"`         // a text is a former spelling of stackConfigDir
}

// readProject reads the project in a directory. Without its file, all is as usual.
func readProject(dir string) (project, error) {
	content, err := os.ReadFile(filepath.Join(dir, "Pulumi.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return project{}, nil
	}
	var p project
	if err == nil {
		err = yaml.Unmarshal(content, &p)
	}
	if err != nil {
		return project{}, fmt.Errorf("reading the project's file: %w", err)
	}
	if folder, former := p.Config.(string); former {
		p.Folder = folder
	}
	return p, nil
}

// stackFile is the path of a stack's file. The name of the stack may have the organization and the project before it.
func (p project) stackFile(dir, stack string) string {
	return filepath.Join(dir, p.Folder, "Pulumi."+simple(stack)+".yaml")
}

// simple is the last part of acme/mosaic-database/prod.
func simple(stack string) string { return stack[strings.LastIndex(stack, "/")+1:] }

// values is what every stack has of a key that its own file does not have, by full key. A key of the program is declared, with a default;
// one of another namespace has a value.
func (p project) values() map[string]string {
	values := map[string]string{}
	keys, _ := p.Config.(map[string]any)
	for key, value := range keys {
		full := fullKey(key)
		if declared, isObject := value.(map[string]any); isObject {
			value = declared["value"]
			if strings.HasPrefix(full, Namespace+":") {
				value = declared["default"]
			}
		}
		if text, inClear := handedOn(value); inClear && value != nil {
			values[full] = text
		}
	}
	return values
}
