package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// State is the state of a stack in the folder of an [Environment], which may be closed.
type State struct {
	Dir     string // the environment's folder
	Project string // name of the project
	Stack   string
}

// file is where the backend stores the state.
func (s State) file() string {
	return filepath.Join(s.Dir, stateDir, ".pulumi", "stacks", s.Project, s.Stack+".json")
}

func (e *Environment) state() State {
	return State{Dir: e.opts.Dir, Project: e.project, Stack: e.opts.Stack}
}

// Export is the state of the stack as `pulumi stack export` prints it: JSON with encrypted secrets.
func (e *Environment) Export(context.Context) (string, error) {
	deployment, err := readDeployment(e.state().file())
	if err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(deployment, "", "    ")
	return string(text), err
}

// Outputs are the outputs of the stack as `pulumi stack output --json` prints them: a JSON object with masked secrets.
func (e *Environment) Outputs(context.Context) (string, error) {
	return e.state().Outputs()
}

// Outputs are the outputs in the state, see [Environment.Outputs].
func (s State) Outputs() (string, error) {
	deployment, err := readDeployment(s.file())
	if err != nil {
		return "", err
	}
	var latest struct {
		Resources []struct {
			Type    string
			Outputs map[string]any
		}
	}
	if err := json.Unmarshal(deployment.Deployment, &latest); err != nil {
		return "", fmt.Errorf("reading the state: %w", err)
	}
	outputs := map[string]any{}
	for _, r := range latest.Resources {
		if r.Type == string(resource.RootStackType) {
			for name, value := range r.Outputs {
				outputs[name] = masked(value)
			}
		}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err = encoder.Encode(outputs)
	return text.String(), err
}

// masked is a value of the state with masked secrets.
func masked(value any) any {
	switch value := value.(type) {
	case map[string]any:
		if value[resource.SigKey] == resource.SecretSig {
			return "[secret]"
		}
		for k, v := range value {
			value[k] = masked(v)
		}
	case []any:
		for i, v := range value {
			value[i] = masked(v)
		}
	}
	return value
}

// readDeployment reads a state file of the backend. Before the first run, the state has no resources.
func readDeployment(path string) (apitype.UntypedDeployment, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return apitype.UntypedDeployment{}, fmt.Errorf("reading the state: %w", err)
	}
	var file struct {
		Version    int
		Features   []string
		Checkpoint struct{ Latest json.RawMessage }
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return apitype.UntypedDeployment{}, fmt.Errorf("reading the state: %w", err)
	}
	if file.Checkpoint.Latest == nil {
		file.Checkpoint.Latest = json.RawMessage("{}")
	}
	return apitype.UntypedDeployment{Version: file.Version, Features: file.Features, Deployment: file.Checkpoint.Latest}, nil
}
