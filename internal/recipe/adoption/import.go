package adoption

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/state"
)

// importAll imports what exists into the state of a project. What the state has already is left as it is.
func (a *adoption) importAll(where project) error {
	path := filepath.Join(a.recipe.Scratch, "import.json")
	defer func() { _ = os.Remove(path) }() // it has the password
	planned, err := a.output(where, "preview", "--json", "--import-file", path)
	if err != nil {
		return err
	}
	file, err := a.fill(path, planned)
	if err != nil {
		return err
	}
	if file.hasIDs() {
		if err := write(path, file); err != nil {
			return err
		}
		if _, err := a.output(where, "import", "--file", path, "--yes", "--skip-preview", "--generate-code=false"); err != nil {
			return err
		}
	}
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
func (a *adoption) fill(path, planned string) (*importFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file := &importFile{}
	if err := json.Unmarshal(text, file); err != nil {
		return nil, fmt.Errorf("reading the import file: %w", err)
	}
	plan, err := readPreview(planned)
	if err != nil {
		return nil, err
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
			id := a.id(s)
			if id == "" {
				continue
			}
			s["id"] = id
		}
		kept = append(kept, s)
	}
	file.Resources = kept
	return file, a.aws.Err
}

// id is the id of a resource of the program that exists; "" if it does not, or if the program makes its own beside it.
func (a *adoption) id(s spec) string {
	read := reading(a.aws)
	var id string
	switch s.kind() {
	case typeInstance:
		if s.logicalName() == a.found.Instance.DBInstanceIdentifier {
			return a.found.Instance.DbiResourceID
		}
	case typeSubnetGroup:
		return a.found.Instance.DBSubnetGroup.DBSubnetGroupName
	case typeSecret:
		read(&id, "secretsmanager", "describe-secret", "--secret-id", s.logicalName(), "--query", "ARN")
	case typeRole:
		read(&id, "iam", "get-role", "--role-name", s.logicalName(), "--query", "Role.RoleName")
	case typeLogGroup:
		read(&id, "logs", "describe-log-groups", "--log-group-name-prefix", s.logicalName(), "--query",
			fmt.Sprintf("logGroups[?logGroupName=='%s'].logGroupName | [0]", s.logicalName()))
	}
	return id
}

func write(path string, value any) error {
	text, err := json.Marshal(value)
	return errors.Join(err, os.WriteFile(path, text, 0o600))
}
