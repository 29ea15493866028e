// Package recovery goes on after a run of Pulumi that was killed: it finds the resources that exist and that the state does not know.
package recovery

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/awscli"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/existing"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/report"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/state"
)

// Options are the flags of the recipe.
type Options struct {
	Yes bool // do not ask before removing the lock
}

// recovery is one run of the recipe.
type recovery struct {
	ctx    context.Context
	recipe *run.Recipe
	stack  string
	target pipeline.Target
	aws    *awscli.CLI
}

// Run runs the recipe for a stack. It changes the state alone, and nothing in AWS or in the cluster. Where it is interrupted itself, it is
// run again: the state shows which operations were interrupted until it has read what they made.
func Run(ctx context.Context, recipe *run.Recipe, stack string, options Options) error {
	r := &recovery{ctx: ctx, recipe: recipe, stack: stack}
	var err error
	if r.aws, r.target, err = awscli.Open(ctx, recipe, stack); err != nil {
		return err
	}
	if !options.Yes {
		question := fmt.Sprintf("This removes the lock of %s. Are you sure that no run is active, on any machine or in the pipeline?", stack)
		if err := recipe.Ask(ctx, question); err != nil {
			return err
		}
	}
	if err := r.pulumi("cancel", "--yes"); err != nil {
		return err
	}
	if err := r.recover(); err != nil {
		return err
	}
	if err := r.pulumi("preview"); err != nil {
		return err
	}
	recipe.Say("no operation of %s is interrupted any more; continue with: just db-deploy %s", stack, stack)
	return nil
}

// recover takes over what exists of the interrupted operations.
func (r *recovery) recover() error {
	before, err := r.export()
	if err != nil {
		return err
	}
	interrupted := before.Interrupted()
	if len(interrupted) == 0 {
		r.recipe.Say("no operation was interrupted")
		return nil
	}
	creations, err := before.Creations()
	if err != nil {
		return err
	}
	for _, c := range creations {
		if err := r.take(before, c); err != nil {
			return err
		}
	}
	if err := r.put(before); err != nil {
		return err
	}
	if err := r.refresh(before, interrupted); err != nil {
		return err
	}
	after, err := r.export()
	if err != nil {
		return err
	}
	for _, urn := range interrupted {
		if after.Has(urn) {
			r.recipe.Say("%s: exists, and the state has it", report.Resource(urn))
		} else {
			r.recipe.Say("%s: is not there; the next up makes it", report.Resource(urn))
		}
	}
	return nil
}

// take takes the object of a creation into the state, if there is one.
func (r *recovery) take(into *state.State, c state.Creation) error {
	id, err := existing.ID(c, r.target, existing.In(r.aws.Find, r.target))
	if err != nil || id == "" {
		return err
	}
	if wait := existing.Wait(c); wait != nil {
		r.recipe.Say("waiting until RDS has made %s", wait[len(wait)-1])
		if r.aws.Run(wait...); r.aws.Err != nil {
			return r.aws.Err
		}
	}
	if !into.Take(c, id) {
		r.recipe.Say("%s: it was about to be replaced, and stays; if %s exists, nothing uses it: delete it by hand", report.Resource(c.URN), id)
	}
	return nil
}

// refresh reads the interrupted resources, those that were updated or deleted too.
func (r *recovery) refresh(taken *state.State, interrupted []string) error {
	args := []string{"refresh", "--yes", "--skip-preview"}
	for _, urn := range interrupted {
		if taken.Has(urn) {
			args = append(args, "--target", urn)
		}
	}
	if !slices.Contains(args, "--target") {
		return nil
	}
	return r.pulumi(args...)
}

// pulumi runs a command of the CLI on the stack. Its output is for the user.
func (r *recovery) pulumi(args ...string) error {
	cmd := run.Command("pulumi", append(args, "--stack", r.stack)...)
	cmd.Stdout = cmd.Stderr
	return r.recipe.Do(r.ctx, cmd)
}

func (r *recovery) export() (*state.State, error) {
	text, err := r.recipe.Output(r.ctx, run.Command("pulumi", "stack", "export", "--stack", r.stack))
	if err != nil {
		return nil, err
	}
	return state.Parse([]byte(text))
}

// put makes a state the stack's, without its interrupted operations. Secrets in it stay encrypted.
func (r *recovery) put(changed *state.State) error {
	text, err := changed.Encode()
	if err != nil {
		return err
	}
	file := filepath.Join(r.recipe.Scratch, "state.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	return r.pulumi("stack", "import", "--file", file)
}
