package steps

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// checkOutBefore is a folder with the commit before: of a pull request, what it would be merged into. "": there is none.
func (w Workflow) checkOutBefore(ctx context.Context) (string, error) {
	folder := filepath.Join(w.Recipe.Scratch, "base")
	_, said, err := w.Recipe.Said(ctx, run.Command("git", "worktree", "add", "--quiet", "--detach", folder, "HEAD^1"))
	if ctx.Err() != nil {
		return "", err
	}
	if err != nil {
		w.Recipe.Say("nothing to compare with: %s", said)
		return "", nil
	}
	return folder, nil
}

func (w Workflow) removeBefore(ctx context.Context, folder string) error {
	if folder == "" {
		return nil
	}
	return w.Recipe.Do(ctx, run.Command("git", "worktree", "remove", "--force", folder))
}

// simulate brings the simulated cloud to what the commit before would have made.
func (w Workflow) simulate(ctx context.Context, stack, before string) error {
	bin, err := filepath.Abs("bin")
	if err != nil || before == "" {
		w.Recipe.Say("compared with nothing: the commit before does not come up")
		return err
	}
	// One CLI for both, where they want the same version.
	if err := errors.Join(os.MkdirAll(bin, 0o750), os.Symlink(bin, filepath.Join(before, "bin"))); err != nil {
		return err
	}
	cmd := run.Command("go", "run", "./tests/sandbox", "up", stack)
	cmd.Dir = before
	_, _, err = w.Recipe.Said(ctx, cmd)
	if ctx.Err() != nil {
		return err
	}
	if err != nil {
		w.Recipe.Say("compared with nothing: the commit before does not come up")
		return nil
	}
	made := filepath.Join(".sandbox", stack)
	if err := os.RemoveAll(made); err != nil {
		return err
	}
	return os.CopyFS(made, os.DirFS(filepath.Join(before, made)))
}
