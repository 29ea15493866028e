package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

// selectStack selects the stack, or creates it. It writes the salt of the state's passphrase to the stack file; otherwise each run of the
// CLI would derive one key for the file and another one for the state.
func (e *Environment) selectStack(ctx context.Context, workspace auto.Workspace) (err error) {
	salt, err := readSalt(e.state().file())
	if errors.Is(err, os.ErrNotExist) {
		if salt, err = e.newStack(ctx, workspace); err != nil || e.stack.Name() != "" {
			return err
		}
	}
	if err != nil {
		return err
	}
	settings, err := workspace.StackSettings(ctx, e.opts.Stack)
	if err != nil {
		return err
	}
	settings.EncryptionSalt = salt
	if err := workspace.SaveStackSettings(ctx, e.opts.Stack, settings); err != nil {
		return err
	}
	e.stack, err = auto.SelectStack(ctx, e.opts.Stack, workspace)
	return err
}

// empty has the states of new stacks that were created in this process, by project and stack.
var empty sync.Map

// emptyStack is the state of a new stack: its files by path, and the salt of its passphrase.
type emptyStack struct {
	files map[string][]byte
	salt  string
}

// newStack creates the stack: the first time with the CLI, which also selects it, and then as a copy of that.
func (e *Environment) newStack(ctx context.Context, workspace auto.Workspace) (salt string, err error) {
	key, dir := e.project+"/"+e.opts.Stack, filepath.Join(e.opts.Dir, stateDir)
	if made, ok := empty.Load(key); ok {
		made := made.(*emptyStack)
		for path, content := range made.files {
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(path)), 0o700); err != nil {
				return "", err
			}
			if err := os.WriteFile(filepath.Join(dir, path), content, 0o600); err != nil {
				return "", err
			}
		}
		return made.salt, nil
	}
	if e.stack, err = auto.NewStack(ctx, e.opts.Stack, workspace); err != nil {
		return "", err
	}
	settings, err := workspace.StackSettings(ctx, e.opts.Stack)
	if err != nil {
		return "", err
	}
	made := &emptyStack{files: map[string][]byte{}, salt: settings.EncryptionSalt}
	err = fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		made.files[path], err = os.ReadFile(filepath.Join(dir, path))
		return err
	})
	if err != nil {
		return "", err
	}
	empty.Store(key, made)
	return made.salt, nil
}

// readSalt reads the salt of the passphrase from a state file; "" if the stack was never deployed.
func readSalt(path string) (string, error) {
	deployment, err := readDeployment(path)
	if err != nil {
		return "", err
	}
	var latest struct {
		Provider struct {
			State struct{ Salt string }
		} `json:"secrets_providers"`
	}
	if err := json.Unmarshal(deployment.Deployment, &latest); err != nil {
		return "", fmt.Errorf("reading the state: %w", err)
	}
	return latest.Provider.State.Salt, nil
}
