// Package bootstrap makes what a stack and its pipeline need in an empty account: the bucket and the key of the state, GitHub as an
// identity provider, the roles of the pipeline. What is there already is left or brought up to date; nothing is deleted.
package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// Options are those of the recipe.
type Options struct {
	Yes             bool // answers the question beforehand
	ApprovePreviews bool // previews of pull requests wait for an approval
	OpenPreviews    bool // and no longer
}

type bootstrap struct {
	recipe     *run.Recipe
	options    Options
	stack      string
	target     pipeline.Target
	repository repository
	keyARN     string // of the state
}

// Run is the recipe.
func Run(ctx context.Context, recipe *run.Recipe, stack, repository string, options Options) error {
	if err := recipe.Need("aws", "see https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"); err != nil {
		return err
	}
	if stack == "" || repository == "" {
		return errors.New("name the stack and the repository on GitHub, as in: just bootstrap prod acme/database")
	}
	b := &bootstrap{recipe: recipe, options: options, stack: stack}
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) (err error) {
			b.repository, err = findRepository(ctx, recipe, repository)
			return err
		},
		b.findTarget, b.makeBucket, b.makeKey, b.trustGitHub, b.makeServiceRole, b.makeBoundary, b.makeRoles,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	b.sayWhatIsLeft()
	return nil
}

// findTarget makes sure that the login is of the stack's account, and that the person wants what follows.
func (b *bootstrap) findTarget(ctx context.Context) error {
	var err error
	if b.target, err = pipeline.ReadTarget(".", b.stack); err != nil {
		b.recipe.Say("%v", err)
		return fmt.Errorf("Pulumi.%s.yaml does not say where the stack belongs", b.stack)
	}
	caller, err := b.recipe.Output(ctx, b.aws("sts", "get-caller-identity", "--query", "Account", "--output", "text"))
	switch {
	case ctx.Err() != nil:
		return err
	case err != nil:
		return fmt.Errorf("no login to AWS; log in to the account %s", b.target.Account)
	case caller != b.target.Account:
		return fmt.Errorf("the AWS login is of account %s, and the stack %s belongs to %s", caller, b.stack, b.target.Account)
	case b.options.Yes:
		return nil
	}
	return b.recipe.Ask(ctx, fmt.Sprintf("Make the state's bucket %s, the key %s, and the pipeline's roles for %s in the account %s?",
		b.target.Bucket(), b.target.Key(), b.repository.name, b.target.Account))
}

// aws is a command of the AWS CLI in the region of the stack; what it prints is for the log.
func (b *bootstrap) aws(args ...string) *exec.Cmd {
	cmd := run.Command("aws", append([]string{"--region", b.target.Region}, args...)...)
	cmd.Stdout = cmd.Stderr
	return cmd
}

// do runs commands of the AWS CLI, up to the first that fails.
func (b *bootstrap) do(ctx context.Context, commands ...*exec.Cmd) error {
	for _, command := range commands {
		if err := b.recipe.Do(ctx, command); err != nil {
			return err
		}
	}
	return nil
}

// absence is how AWS says that something is not there.
var absence = regexp.MustCompile(`NotFound|NoSuchEntity|NoSuchBucket|\(404\)|ResourceNotFoundException`)

// find looks for something; an error is any other than its absence.
func (b *bootstrap) find(ctx context.Context, look *exec.Cmd) (description string, found bool, err error) {
	description, said, err := b.recipe.Said(ctx, look)
	switch {
	case err == nil:
		return description, true, nil
	case ctx.Err() != nil:
		return "", false, err
	case absence.MatchString(said):
		return "", false, nil
	}
	return "", false, errors.New(said)
}
