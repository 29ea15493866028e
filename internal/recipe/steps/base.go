package steps

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// checkOutBase checks out the base commit in a folder of its own: for a pull request, the commit that it would be merged into. It
// returns "" if there is none.
func (w Workflow) checkOutBase(ctx context.Context) (folder string, err error) {
	folder = filepath.Join(w.Recipe.Scratch, "base")
	_, stderr, err := w.Recipe.Capture(ctx, run.Command("git", "worktree", "add", "--quiet", "--detach", folder, "HEAD^1"))
	if ctx.Err() != nil {
		return "", err
	}
	if err != nil {
		w.Recipe.Say("there is no base commit to compare with: %s", stderr)
		return "", nil
	}
	return folder, nil
}

func (w Workflow) removeBase(ctx context.Context, base string) error {
	if base == "" {
		return nil
	}
	return w.Recipe.Do(ctx, run.Command("git", "worktree", "remove", "--force", base))
}

// simulate deploys the base commit to the simulated cloud. If that fails, the preview starts from an empty cloud.
func (w Workflow) simulate(ctx context.Context, stack, base string) error {
	if base == "" {
		w.Recipe.Say("the preview starts from an empty cloud: there is no base commit")
		return nil
	}
	bin, err := filepath.Abs("bin")
	if err != nil {
		return err
	}
	// Both commits share the CLI, if they need the same version.
	if err := errors.Join(os.MkdirAll(bin, 0o750), os.Symlink(bin, filepath.Join(base, "bin"))); err != nil {
		return err
	}
	cmd := run.Command("go", "run", "./tests/sandbox", "up", stack)
	cmd.Dir = base
	_, _, err = w.Recipe.Capture(ctx, cmd)
	if ctx.Err() != nil {
		return err
	}
	if err != nil {
		w.Recipe.Say("the preview starts from an empty cloud: the base commit cannot be deployed")
		return nil
	}
	deployed := filepath.Join(".sandbox", stack)
	if err := os.RemoveAll(deployed); err != nil {
		return err
	}
	return os.CopyFS(deployed, os.DirFS(filepath.Join(base, deployed)))
}
