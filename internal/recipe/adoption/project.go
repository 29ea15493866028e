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
	top, _, _ := strings.Cut(filepath.ToSlash(path), "/")
	if err := link(p.dir, top); err != nil {
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

// link links everything of the working directory into a folder, except one file and what is hidden.
func link(folder, except string) error {
	entries, err := os.ReadDir(".")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		if name == except || strings.HasPrefix(name, ".") {
			continue
		}
		target, err := filepath.Abs(name)
		if err != nil {
			return err
		}
		if err := os.Symlink(target, filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}
