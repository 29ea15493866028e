package steps

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// Rotate rotates the logins of a stack's clients, and proves that every pod has the new ones. What did not work is in one open issue, which the
// next rotation that works closes. With credentials master it does nothing: nobody would be there while new connections are refused.
func (w Workflow) Rotate(ctx context.Context, stack string) error {
	if err := w.needGh(); err != nil {
		return err
	}
	cfg, err := config.Part(".", stack, "database.credentials")
	if err != nil {
		return err
	}
	if cfg.ByToken() {
		w.Recipe.Say("credentials are iam: no client has a password, and nothing was rotated")
		return w.summarize("Nothing was rotated in " + stack + ": with `database.credentials: iam`, clients log in by tokens and have no password (docs/why/users.md).\n")
	}
	if !cfg.Alternating() {
		text := "The password of " + stack + " was not rotated: with `database.credentials: master`, new connections are refused meanwhile. " +
			"A person runs `just db-rotate " + stack + "`, or the stack gets `credentials: alternating` (docs/why/users.md).\n"
		w.Recipe.Say("credentials are not alternating: nothing was rotated")
		return w.summarize(text)
	}
	var log bytes.Buffer
	cmd := run.Command(filepath.Join("scripts", "db-rotate"), stack, "--yes")
	cmd.Stdout, cmd.Stderr = os.Stdout, io.MultiWriter(os.Stderr, &log)
	failure, title := w.Recipe.Do(ctx, cmd), "Rotation of "+stack
	if failure == nil {
		return w.closeIssue(ctx, title, "Rotated, and every pod has the new login")
	}
	text := report.FailedRotation(stack, log.String()) + "\n" + w.URL + "\n"
	if err := errors.Join(w.summarize(text), w.report(ctx, title, text)); err != nil {
		return err
	}
	return failure
}
