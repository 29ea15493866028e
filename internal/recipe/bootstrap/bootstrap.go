// Package bootstrap makes what a stack and its pipeline need in an empty account: the bucket and the key of the state, GitHub as an
// identity provider, the roles of the pipeline. What is there already is left or brought up to date; nothing is deleted.
package bootstrap

import (
	"context"
	"errors"
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// Options are those of the recipe.
type Options struct {
	Yes             bool // answers the question beforehand
	ApprovePreviews bool // previews of pull requests wait for an approval
	OpenPreviews    bool // and no longer
}

// account is the account that is bootstrapped.
type account struct {
	*session
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
	a := &account{options: options, stack: stack}
	var err error
	if a.repository, err = findRepository(ctx, recipe, repository); err != nil {
		return err
	}
	if a.target, err = pipeline.ReadTarget(".", stack); err != nil {
		return fmt.Errorf("%w\n  Pulumi.%s.yaml does not say where the stack belongs", err, stack)
	}
	a.session = &session{ctx: ctx, recipe: recipe, region: a.target.Region}
	a.confirm()
	a.makeBucket()
	a.makeKey()
	a.trustGitHub()
	a.makeServiceRole()
	a.makePolicy("mosaic-database-boundary", "boundary", a.target.Environment)
	a.makeRoles()
	a.sayWhatIsLeft()
	return a.err
}

// confirm makes sure that the login is of the stack's account, and that the person wants what follows.
func (a *account) confirm() {
	caller := a.output("sts", "get-caller-identity", "--query", "Account", "--output", "text")
	switch {
	case a.ctx.Err() != nil:
	case a.err != nil:
		a.err = fmt.Errorf("no login to AWS; log in to the account %s", a.target.Account)
	case caller != a.target.Account:
		a.err = fmt.Errorf("the AWS login is of account %s, and the stack %s belongs to %s", caller, a.stack, a.target.Account)
	case !a.options.Yes:
		a.err = a.recipe.Ask(a.ctx, fmt.Sprintf("Make the state's bucket %s, the key %s, and the pipeline's roles for %s in the account %s?",
			a.target.Bucket(), a.target.Key(), a.repository.name, a.target.Account))
	}
}

// arn is the ARN of something that IAM has.
func (a *account) arn(name string) string {
	return "arn:" + a.target.Partition + ":iam::" + a.target.Account + ":" + name
}
