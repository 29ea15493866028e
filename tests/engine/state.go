package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Export is the stack's state as `pulumi stack export` prints it, JSON, with secrets encrypted.
func (e *Environment) Export(context.Context) (string, error) {
	deployment, err := readDeployment(stateFile(e.opts.Dir, e.project, e.opts.Stack))
	if err != nil {
		return "", err
	}
	text, err := json.MarshalIndent(deployment, "", "    ")
	return string(text), err
}

// Outputs are the stack's outputs as `pulumi stack output --json` prints them: one JSON object, with
// secrets masked.
func (e *Environment) Outputs(context.Context) (string, error) {
	return Outputs(e.opts.Dir, e.project, e.opts.Stack)
}

// Outputs are the outputs of a stack that is kept in a folder, see [Environment.Outputs].
func Outputs(dir, project, stack string) (string, error) {
	deployment, err := readDeployment(stateFile(dir, project, stack))
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

// masked is a value of the state without its secrets.
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

// readDeployment is the state of a stack in the backend's file; one without resources before the first run.
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
