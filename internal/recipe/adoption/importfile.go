package adoption

import (
	"maps"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/existing"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/state"
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
	typeSubnetGroup = "aws:rds/subnetGroup:SubnetGroup"
	typeParameters  = "aws:rds/parameterGroup:ParameterGroup"
	typeRole        = "aws:iam/role:Role"
	typePassword    = "random:index/randomPassword:RandomPassword"
)

// hasIDs tells whether there is something to import: without an id there are only components and providers, which an up makes.
func (f *importFile) hasIDs() bool {
	return slices.ContainsFunc(f.Resources, func(s spec) bool { return s.text("id") != "" })
}

// keep makes a password the one that the database has, with the inputs of the program, because other inputs would make another password.
func (s spec) keep(password string, inputs map[string]any) {
	outputs := maps.Clone(inputs)
	outputs["result"] = state.Secret(password)
	s["id"], s["inputs"], s["outputs"] = "none", inputs, outputs
}

// adjust changes what an import has written into the state so that the program finds its own: the names of its own parameter group and
// security group as generated ones, which the provider keeps; and the version of the engine as the configuration has it, of which the provider knows that 16
// stands for 16.4, too.
func adjust(imported *state.State, version string) error {
	return imported.Edit(func(kind string, inputs, outputs map[string]any) {
		if defaults, _ := inputs["__defaults"].([]any); len(defaults) > 0 {
			return // made by an up
		}
		switch kind {
		case typeParameters, existing.TypeSecurityGroup:
			inputs["__defaults"] = []string{"name"}
		case existing.TypeInstance:
			if actual, _ := inputs["engineVersion"].(string); strings.HasPrefix(actual, version+".") {
				inputs["engineVersion"], outputs["engineVersion"] = version, version
			}
		}
	})
}
