package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"golang.org/x/mod/modfile"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

const cliModule = "github.com/pulumi/pulumi/pkg/v3" // the module of the CLI, which tests/cli requires

// buildPatience is how long a process waits for another one that builds the CLI.
const buildPatience = 30 * time.Minute

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

// Installed is the Pulumi CLI on this machine.
type Installed struct {
	auto.PulumiCommand
	Path string // of the executable, absolute
}

// CLI returns the Pulumi CLI in the version that tests/cli/go.mod pins. It takes the one in bin/ of the repository or on the PATH, or
// downloads the official release into bin/, or builds it there from its module, which takes minutes. It writes to progress, unless
// that is nil, which one it takes and why. It is safe for several processes at once.
func CLI(ctx context.Context, progress io.Writer) (*Installed, error) {
	if progress == nil {
		progress = io.Discard
	}
	found.Lock()
	defer found.Unlock()
	if found.cli != nil {
		return found.cli, nil
	}
	root, err := repository.Root()
	if err != nil {
		return nil, err
	}
	version, err := Version(root)
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(root, "bin")
	// The Automation API runs pulumi version with the environment of this process, and even that writes a log into Pulumi's home.
	if err := os.Setenv("PULUMI_HOME", filepath.Join(bin, "pulumi-home")); err != nil {
		return nil, err
	}
	found.cli, err = find(ctx, root, bin, version, progress)
	return found.cli, err
}

// found caches the CLI for this process, because looking for it starts it.
var found struct {
	sync.Mutex
	cli *Installed
}

// find looks for the CLI of a version, first in bin, and installs it there if it finds none.
func find(ctx context.Context, root, bin, version string, progress io.Writer) (*Installed, error) {
	into := filepath.Join(bin, "pulumi-"+strings.TrimPrefix(version, "v"))
	if cli, err := inFolder(into); err == nil {
		return cli, nil
	}
	cli, why := onPath(version)
	if why == nil {
		fmt.Fprintf(progress, "the Pulumi CLI %s is the one on the PATH, %s\n", version, cli.Path)
		return cli, nil
	}
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return nil, err
	}
	unlock, err := lock(ctx, filepath.Join(bin, "pulumi.lock"), time.Second)
	if errors.Is(err, ErrBusy) {
		fmt.Fprintln(progress, "waiting for another process that gets the Pulumi CLI …")
		unlock, err = lock(ctx, filepath.Join(bin, "pulumi.lock"), buildPatience)
	}
	if err != nil {
		return nil, fmt.Errorf("getting the Pulumi CLI: %w", err)
	}
	defer unlock()
	if cli, err := inFolder(into); err == nil {
		return cli, nil // another process has installed it meanwhile
	}
	fmt.Fprintf(progress, "the Pulumi CLI %s is not in bin/, and %s; downloading it …\n", version, why)
	if err := download(ctx, version, into); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		fmt.Fprintf(progress, "it cannot be downloaded: %s\n", err)
		if err := compile(ctx, root, version, into, progress); err != nil {
			return nil, err
		}
	}
	return inFolder(into)
}

// executable is the path of the CLI in its folder.
func executable(folder string) string {
	name := "pulumi"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(folder, "bin", name)
}

// inFolder returns the CLI in a folder, if it runs.
func inFolder(folder string) (*Installed, error) {
	cli, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: folder})
	if err != nil {
		return nil, err
	}
	path, err := filepath.Abs(executable(folder))
	return &Installed{cli, path}, err
}

// onPath returns the CLI on the PATH, if it has the version. The error says what is there instead.
func onPath(version string) (*Installed, error) {
	path, err := exec.LookPath("pulumi")
	if err != nil {
		return nil, errors.New("there is none on the PATH")
	}
	cli, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{SkipVersionCheck: true})
	if err != nil {
		return nil, fmt.Errorf("the one on the PATH does not run (%s: %w)", path, err)
	}
	if got := "v" + cli.Version().String(); got != version {
		return nil, fmt.Errorf("the one on the PATH is %s (%s)", got, path)
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	return &Installed{cli, path}, nil
}
