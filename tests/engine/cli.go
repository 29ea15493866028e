package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"golang.org/x/mod/modfile"
)

const (
	module    = "github.com/mosaic-stories/mosaic-database" // of the repository
	cliModule = "github.com/pulumi/pulumi/pkg/v3"           // of the CLI, required by tests/cli
)

// buildPatience is for how long a process waits for another that builds the CLI.
const buildPatience = 30 * time.Minute

// Root is the folder of this repository, found from the working directory upwards. The error says
// where it looked.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && modfile.ModulePath(content) == module {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s and the folders above it hold no go.mod of module %s: "+
				"run this inside the repository", start, module)
		}
	}
}

// Version is the version of the CLI, such as v3.259.0, as tests/cli/go.mod under root pins it.
func Version(root string) (string, error) {
	path := filepath.Join(root, "tests", "cli", "go.mod")
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	file, err := modfile.ParseLax(path, content, nil)
	if err != nil {
		return "", err
	}
	for _, r := range file.Require {
		if r.Mod.Path == cliModule {
			return r.Mod.Version, nil
		}
	}
	return "", fmt.Errorf("%s requires no %s", path, cliModule)
}

// CLI is the Pulumi CLI in the version that tests/cli/go.mod pins. It is built from its module into
// bin/pulumi-<version> of the repository when it is not there: minutes, once, during which progress,
// unless it is nil, gets a line every few seconds. Processes that need it at the same time build it once.
func CLI(ctx context.Context, progress io.Writer) (auto.PulumiCommand, error) {
	if progress == nil {
		progress = io.Discard
	}
	root, err := Root()
	if err != nil {
		return nil, err
	}
	version, err := Version(root)
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(root, "bin")
	// The Automation API asks the CLI for its version in this process's environment, and even that
	// writes a log into Pulumi's home.
	if err := os.Setenv("PULUMI_HOME", filepath.Join(bin, "pulumi-home")); err != nil {
		return nil, err
	}
	opts := &auto.PulumiCommandOptions{Root: filepath.Join(bin, "pulumi-"+strings.TrimPrefix(version, "v"))}
	if cli, err := auto.NewPulumiCommand(opts); err == nil {
		return cli, nil
	}
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return nil, err
	}
	unlock, err := lock(ctx, filepath.Join(bin, "pulumi.lock"), time.Second)
	if errors.Is(err, ErrBusy) {
		fmt.Fprintln(progress, "waiting for another process that builds the Pulumi CLI …")
		unlock, err = lock(ctx, filepath.Join(bin, "pulumi.lock"), buildPatience)
	}
	if err != nil {
		return nil, fmt.Errorf("building the Pulumi CLI: %w", err)
	}
	defer unlock()
	if cli, err := auto.NewPulumiCommand(opts); err == nil {
		return cli, nil // another process built it meanwhile
	}
	if err := build(ctx, root, version, opts.Root, progress); err != nil {
		return nil, err
	}
	return auto.NewPulumiCommand(opts)
}
