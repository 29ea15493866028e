package template

import (
	_ "embed" // for DefaultText
	"fmt"

	"gopkg.in/yaml.v3"
)

// DefaultText is the template of an application that has none of its own.
//
//go:embed default.yaml
var DefaultText string

// Default is the template of [DefaultText].
func Default() map[string]any {
	var shape map[string]any
	if err := yaml.Unmarshal([]byte(DefaultText), &shape); err != nil {
		panic(fmt.Sprintf("default.yaml: %v", err))
	}
	return shape
}
