package adoption

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/existing"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/state"
)

// importAll imports what exists into the state of a project. What the state has already is left as it is. It goes on until there is nothing
// more to import: what belongs to something else, as a policy to its role, is known when that is there. It returns what an up then does.
func (a *adoption) importAll(where project) (*preview, error) {
	path := filepath.Join(a.recipe.Scratch, "import.json")
	defer func() { _ = os.Remove(path) }() // it has the password
	a.imported = nil
	for {
		text, err := a.output(where, "preview", "--json", "--import-file", path)
		if err != nil {
			return nil, err
		}
		plan, err := readPreview(text)
		if err != nil {
			return nil, err
		}
		file, err := a.fill(path, plan)
		if err != nil {
			return nil, err
		}
		if !file.hasIDs() {
			return plan, nil
		}
		if err := write(path, file); err != nil {
			return nil, err
		}
		if _, err := a.output(where, "import", "--file", path, "--yes", "--skip-preview", "--generate-code=false"); err != nil {
			return nil, err
		}
		if err := a.adjustState(where, path); err != nil {
			return nil, err
		}
	}
}

// adjustState changes what an import has written into the state.
func (a *adoption) adjustState(where project, path string) error {
	exported, err := a.output(where, "stack", "export")
	if err != nil {
		return err
	}
	imported, err := state.Parse([]byte(exported))
	if err != nil {
		return err
	}
	if err := adjust(imported, a.found.engineVersion()); err != nil {
		return err
	}
	adjusted, err := imported.Encode()
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, adjusted, 0o600); err != nil {
		return err
	}
	_, err = a.output(where, "stack", "import", "--file", path)
	return err
}

// fill gives the resources of an import file the ids of what exists, and drops the others.
func (a *adoption) fill(path string, plan *preview) (*importFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file := &importFile{}
	if err := json.Unmarshal(text, file); err != nil {
		return nil, fmt.Errorf("reading the import file: %w", err)
	}
	var kept []spec
	for _, s := range file.Resources {
		switch {
		case s["component"] == true, strings.HasPrefix(s.kind(), "pulumi:providers:"): // they are in the state alone
		case s.kind() == typePassword:
			if s.logicalName() != a.found.passwordName() {
				continue
			}
			s.keep(a.found.Password, plan.inputs(s.kind(), s.logicalName()))
		default:
			id, err := a.id(s, plan.inputs(s.kind(), s.logicalName()))
			if err != nil {
				return nil, err
			}
			if id == "" {
				continue
			}
			s["id"] = id
			a.imported = append(a.imported, id)
		}
		kept = append(kept, s)
	}
	file.Resources = kept
	return file, a.aws.Err
}

// id is the id of a resource of the program that exists; "" if it does not, or if the program makes its own beside it.
func (a *adoption) id(s spec, inputs map[string]any) (string, error) {
	f, name := a.found, s.logicalName()
	switch s.kind() {
	case existing.TypeInstance:
		for _, i := range append([]Instance{f.Instance}, f.Replicas...) {
			if i.DBInstanceIdentifier == name {
				return i.DbiResourceID, nil
			}
		}
		return "", nil
	case typeSubnetGroup:
		return f.Instance.DBSubnetGroup.DBSubnetGroupName, nil
	case typeParameters:
		for _, group := range f.Instance.DBParameterGroups {
			if f.isOwn(group.DBParameterGroupName, inputs) {
				return group.DBParameterGroupName, nil
			}
		}
		return "", nil
	case existing.TypeSecurityGroup:
		for _, group := range f.Instance.VpcSecurityGroups {
			if f.isOwn(group.VpcSecurityGroupID, inputs) {
				return group.VpcSecurityGroupID, nil
			}
		}
		return "", nil
	case existing.TypeSecret:
		return f.Secrets[name].ARN, nil
	case existing.TypeSecretVersion, existing.TypeMetricFilter: // the up writes a new one, and a filter of the same name is the new one then
		return "", nil
	}
	if strings.HasPrefix(s.kind(), "kubernetes:") { // whoever made it has it, or a handover takes it
		return "", nil
	}
	c := state.Creation{Type: s.kind(), URN: "::" + s.kind() + "::" + name, Inputs: known(inputs)}
	id, err := existing.ID(c, a.target, existing.In(a.ask, a.target))
	if err != nil || id == "" {
		return "", err
	}
	if there, err := existing.There(a.ask, a.target, c, id); err != nil || !there {
		return "", err
	}
	if s.kind() == typeRole {
		var inline []string
		reading(a.aws)(&inline, "iam", "list-role-policies", "--role-name", id, "--query", "PolicyNames")
		for _, policy := range inline {
			f.RolePolicies = append(f.RolePolicies, id+":"+policy)
		}
	}
	return id, nil
}

// isOwn tells whether this program made a group: AWS changes the description of none, so another one would have to be replaced.
func (f *Found) isOwn(group string, inputs map[string]any) bool {
	return f.Descriptions[group] == inputs["description"]
}

// known are the inputs that a preview knows.
func known(inputs map[string]any) map[string]any {
	all := maps.Clone(inputs)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == unknown })
	return all
}

func write(path string, value any) error {
	text, err := json.Marshal(value)
	return errors.Join(err, os.WriteFile(path, text, 0o600))
}
