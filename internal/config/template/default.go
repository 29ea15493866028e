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

// Options are what the default shape has on request only, because a chart may refuse values that it does not know.
type Options struct {
	Entries      bool // entries of the Secret that the application has chosen
	ClusterStore bool // a ClusterSecretStore
	// OwnAccount is a ServiceAccount of the SecretStore alone. Nothing is said about the application's then: any value would take
	// the place of the chart's, and with it the role that the application has.
	OwnAccount bool
}

// Default is the template of [DefaultText], with these options.
func Default(with Options) map[string]any {
	var shape map[string]any
	if err := yaml.Unmarshal([]byte(DefaultText), &shape); err != nil {
		panic(fmt.Sprintf("default.yaml: %v", err))
	}
	secrets := shape["externalSecrets"].(map[string]any)
	if with.Entries {
		secrets["entries"] = "${secretEntries}"
	}
	if with.ClusterStore {
		secrets["secretStoreKind"] = "${secretStoreKind}"
	}
	if with.OwnAccount {
		secrets["serviceAccount"], shape["serviceAccount"] = shape["serviceAccount"], map[string]any{}
	}
	return shape
}
