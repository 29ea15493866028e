package adoption

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// importFile is what pulumi preview --import-file writes and pulumi import --file reads.
type importFile struct {
	NameTable map[string]string `json:"nameTable,omitempty"`
	Resources []spec            `json:"resources"`
}

// spec is a resource of the file: type, name, parent, provider and so on. The preview leaves out its id.
type spec map[string]any

func (s spec) kind() string { return s.text("type") }

// logicalName is the resource's name in the program; name is unique in the file.
func (s spec) logicalName() string {
	if name := s.text("logicalName"); name != "" {
		return name
	}
	return s.text("name")
}

func (s spec) text(field string) string {
	text, _ := s[field].(string)
	return text
}

const (
	typeInstance    = "aws:rds/instance:Instance"
	typeSubnetGroup = "aws:rds/subnetGroup:SubnetGroup"
	typeSecret      = "aws:secretsmanager/secret:Secret"
	typeRole        = "aws:iam/role:Role"
	typeLogGroup    = "aws:cloudwatch/logGroup:LogGroup"
	typePassword    = "random:index/randomPassword:RandomPassword"
)

// hasIDs tells whether there is something to import: without an id there are only components and providers, which an up makes.
func (f *importFile) hasIDs() bool {
	return slices.ContainsFunc(f.Resources, func(s spec) bool { return s.text("id") != "" })
}

// keep makes a password the one that the database has, with the inputs of the program, because other inputs would make another password.
func (s spec) keep(password string, inputs map[string]any) {
	outputs := maps.Clone(inputs)
	outputs["result"] = secret(password)
	s["id"], s["inputs"], s["outputs"] = "none", inputs, outputs
}

// secret is a secret value, as the state has it before it is encrypted.
func secret(value string) map[string]any {
	text, _ := json.Marshal(value) // a text always has a form in JSON
	return map[string]any{"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": string(text)}
}

// adjust changes what an import writes into the state so that the program finds its own: the name of the subnet group as one that the
// provider has generated, which it keeps; and the version of the engine as the configuration has it, of which the provider knows that 16
// stands for 16.4, too.
func adjust(export []byte, version string) ([]byte, error) {
	var state map[string]any
	decoder := json.NewDecoder(strings.NewReader(string(export)))
	decoder.UseNumber()
	if err := decoder.Decode(&state); err != nil {
		return nil, fmt.Errorf("reading the state: %w", err)
	}
	deployment, _ := state["deployment"].(map[string]any)
	resources, _ := deployment["resources"].([]any)
	for _, r := range resources {
		resource, _ := r.(map[string]any)
		inputs, _ := resource["inputs"].(map[string]any)
		outputs, _ := resource["outputs"].(map[string]any)
		if defaults, _ := inputs["__defaults"].([]any); len(defaults) > 0 {
			continue // made by an up
		}
		switch resource["type"] {
		case typeSubnetGroup:
			inputs["__defaults"] = []string{"name"}
		case typeInstance:
			if actual, _ := inputs["engineVersion"].(string); strings.HasPrefix(actual, version+".") {
				inputs["engineVersion"], outputs["engineVersion"] = version, version
			}
		}
	}
	return json.MarshalIndent(state, "", "    ")
}
