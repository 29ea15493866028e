package engine

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// StackConfig is the configuration of a stack's file, with values laid over it, as the engine hands it to the program:
// strings as they are, everything else as JSON. What is encrypted stays so.
func StackConfig(project, stack string, overrides ...Override) (map[string]string, error) {
	file, err := workspace.LoadProject(filepath.Join(project, "Pulumi.yaml"))
	if err != nil {
		return nil, fmt.Errorf("reading the project's file: %w", err)
	}
	sink := diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never})
	settings, err := workspace.LoadProjectStack(sink, file, filepath.Join(project, "Pulumi."+stack+".yaml"))
	if err != nil {
		return nil, fmt.Errorf("reading the stack's file: %w", err)
	}
	if err := lay(settings, string(file.Name), overrides); err != nil {
		return nil, err
	}
	decrypted, err := settings.Config.Decrypt(config.NopDecrypter)
	if err != nil {
		return nil, fmt.Errorf("reading the stack's file: %w", err)
	}
	values := map[string]string{}
	for key, value := range decrypted {
		values[key.String()] = value
	}
	return values, nil
}

// lay lays values over the settings of a stack, as `pulumi config set --path` does.
func lay(settings *workspace.ProjectStack, project string, overrides []Override) error {
	for _, o := range overrides {
		key, err := parsePath(o.Path, project)
		if err != nil {
			return err
		}
		if err := settings.Config.Set(key, config.NewValue(o.Value), true); err != nil {
			return fmt.Errorf("%s: %w", o.Path, err)
		}
	}
	return nil
}

// parsePath is a path with its namespace, which is the project's where it has none.
func parsePath(path, project string) (config.Key, error) {
	full := path
	if !strings.Contains(full, ":") {
		full = project + ":" + full
	}
	key, err := config.ParseKey(full)
	if err != nil {
		return config.Key{}, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}
