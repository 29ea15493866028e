package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// StackFileKeys is every configuration key of the file Pulumi.<stack>.yaml in a directory, sorted, in
// full form: a key without a namespace has the program's. A missing file has none and is no error.
func StackFileKeys(dir, stack string) ([]string, error) {
	content, err := os.ReadFile(filepath.Join(dir, "Pulumi."+stack+".yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the stack's file: %w", err)
	}
	var file struct {
		Config map[string]yaml.Node `yaml:"config"`
	}
	if err := yaml.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("reading Pulumi.%s.yaml: %w", stack, err)
	}
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(file.Config)) {
		if !strings.Contains(key, ":") {
			key = ownKey(key)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
