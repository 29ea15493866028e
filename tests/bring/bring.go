// Package bring installs the tools that tests and the sandbox need besides Go.
package bring

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// Tools brings the tools that are missing, of all or of some: from npm into bin/npm of the repository, or else from Debian; and compiles
// what is part of the repository. It says what it does.
func Tools(ctx context.Context, root string, progress io.Writer, wanted ...tools.Tool) error {
	missing := tools.Missing(wanted...)
	if len(missing) == 0 {
		return nil
	}
	fmt.Fprintf(progress, "%s missing: %s\n", isOrAre(missing), tools.Names(missing))
	i := installer{ctx: ctx, root: root, progress: progress, missing: missing}
	for _, install := range []func() error{i.npm, i.unpack, i.system, i.build} {
		if err := install(); err != nil {
			return err
		}
	}
	if left := tools.Missing(wanted...); len(left) > 0 {
		return fmt.Errorf("still missing after everything was installed: %s", tools.Names(left))
	}
	return nil
}

func isOrAre(missing []tools.Installation) string {
	if len(missing) == 1 {
		return "1 tool is"
	}
	return fmt.Sprintf("%d tools are", len(missing))
}

// installer runs package managers.
type installer struct {
	ctx      context.Context
	root     string
	progress io.Writer
	missing  []tools.Installation
	updated  bool // whether Debian's lists of packages are up to date
}

// run runs a package manager, and shows its output.
func (i *installer) run(name string, args ...string) error {
	fmt.Fprintf(i.progress, "  $ %s %s\n", name, strings.Join(args, " "))
	cmd := exec.CommandContext(i.ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = i.root, i.progress, i.progress
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

// npm installs tools from npm. npm install removes packages that it does not name, so this names all of them.
func (i *installer) npm() error {
	byNpm := func(s tools.Installation) bool { return s.Npm != "" }
	if !slices.ContainsFunc(i.missing, byNpm) {
		return nil
	}
	if _, err := exec.LookPath("npm"); err != nil {
		if err := i.debian("nodejs", "npm"); err != nil {
			return err
		}
	}
	args := []string{"install", "--silent", "--no-audit", "--no-fund", "--no-save", "--prefix", filepath.Join("bin", "npm")}
	for _, s := range tools.All() {
		if byNpm(s) && !slices.Contains(args, s.Npm) {
			args = append(args, s.Npm)
		}
	}
	return i.run("npm", args...)
}

// system installs tools that npm does not have.
func (i *installer) system() error {
	var packages, scripts []string
	for _, s := range i.missing {
		if s.Npm == "" {
			packages = append(packages, s.Debian...)
		}
		if s.Script != "" {
			scripts = append(scripts, s.Script)
		}
	}
	if len(packages) > 0 {
		if err := i.debian(packages...); err != nil {
			return err
		}
	}
	for _, script := range scripts {
		if err := i.canInstall(); err != nil {
			return err
		}
		if err := i.run(filepath.Join("tests", "tools", script)); err != nil {
			return err
		}
	}
	return nil
}

// build compiles what is part of the repository.
func (i *installer) build() error {
	for _, s := range i.missing {
		if s.Build == nil {
			continue
		}
		if err := s.Build(i.ctx, i.root, i.progress); err != nil {
			return err
		}
	}
	return nil
}

// debian installs packages of Debian or Ubuntu.
func (i *installer) debian(packages ...string) error {
	if err := i.canInstall(); err != nil {
		return err
	}
	var sudo []string
	if os.Getuid() != 0 {
		sudo = []string{"sudo"}
	}
	apt := func(args ...string) error {
		command := append(slices.Clone(sudo), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0")
		command = append(command, args...)
		return i.run(command[0], command[1:]...)
	}
	if !i.updated {
		if err := apt("update"); err != nil {
			return err
		}
		i.updated = true
	}
	return apt(append([]string{"install", "-y", "--no-install-recommends"}, packages...)...)
}

// canInstall returns an error if Debian packages cannot be installed. It says what to do by hand.
func (i *installer) canInstall() error {
	why := ""
	if _, err := exec.LookPath("apt-get"); err != nil {
		why = "this is no Debian or Ubuntu"
	} else if _, err := exec.LookPath("sudo"); err != nil && os.Getuid() != 0 {
		why = "this is not root, and there is no sudo"
	}
	if why == "" {
		return nil
	}
	return fmt.Errorf("%s: install these, and run it again:\n%s", why, byHand(runtime.GOOS, i.missing))
}

// byHand says what to install by hand.
func byHand(system string, missing []tools.Installation) string {
	var lines []string
	npm := false
	for _, s := range missing {
		line := fmt.Sprintf("  %s: the package %s, by its name in Debian", s.Tool, strings.Join(s.Debian, " with "))
		switch {
		case s.Npm != "":
			if npm {
				continue
			}
			line, npm = "  npm, which brings the rest", true
			if system == "darwin" {
				line = "  brew install node # npm brings the rest"
			}
		case system == "darwin":
			line = "  " + s.Homebrew
		case s.Script != "":
			line = fmt.Sprintf("  %s: what tests/tools/%s installs", s.Tool, s.Script)
		case s.Build != nil:
			line = fmt.Sprintf("  %s: %s compiles it", s.Tool, tools.Command)
		case s.Debian == nil:
			line = fmt.Sprintf("  %s: its own release", s.Tool)
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
