package adoption

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// project is a folder of the project, and where its state is: the user's own, or a copy for the rehearsal.
type project struct {
	dir string   // "": the working directory
	env []string // environment variables of Pulumi, over those of the user
}

// copyProject makes a project in the scratch folder with a copy of the stack file and an empty state. Everything else are links.
func (a *adoption) copyProject() (project, error) {
	folder, err := filepath.Abs(filepath.Join(a.recipe.Scratch, "rehearsal"))
	if err != nil {
		return project{}, err
	}
	p := project{dir: filepath.Join(folder, "project"), env: []string{"PULUMI_BACKEND_URL=file://" + filepath.ToSlash(folder) + "/state"}}
	for _, dir := range []string{folder, p.dir, filepath.Join(folder, "state")} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return p, err
		}
	}
	path, err := config.StackFilePath(".", a.stack)
	if err != nil {
		return p, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return p, err
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Join(p.dir, path)), 0o700); err != nil {
		return p, err
	}
	if err := os.WriteFile(filepath.Join(p.dir, path), text, 0o600); err != nil {
		return p, err
	}
	if err := linkBeside(p.dir, path); err != nil {
		return p, err
	}
	// What is encrypted in the stack file stays readable with the keys that it names.
	file, err := config.ReadStackFile(".", a.stack)
	if err != nil {
		return p, err
	}
	if file.SecretsProvider == "" && file.EncryptionSalt == "" {
		p.env = append(p.env, "PULUMI_CONFIG_PASSPHRASE=rehearsal")
	}
	_, err = a.output(p, "stack", "init", "--no-select", "--secrets-provider", cmp.Or(file.SecretsProvider, "passphrase"))
	return p, err
}

// linkBeside links everything of the working directory into a folder that has a copy of one file: what is beside the file, and beside each
// folder on the way to it.
func linkBeside(folder, file string) error {
	parent := "."
	for _, name := range strings.Split(filepath.ToSlash(filepath.Clean(file)), "/") {
		if err := link(filepath.Join(folder, parent), parent, name); err != nil {
			return err
		}
		parent = filepath.Join(parent, name)
	}
	return nil
}

// link links everything of a directory into a folder, except one name and what is hidden.
func link(folder, dir, except string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		if name == except || strings.HasPrefix(name, ".") {
			continue
		}
		target, err := filepath.Abs(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if err := os.Symlink(target, filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}
