// Package bootstrap creates what a stack and its pipeline need in an AWS account: the bucket and the key of the state, GitHub as an
// identity provider, and the roles of the pipeline. It updates what exists already, and deletes nothing.
package bootstrap

import (
	"context"
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/awscli"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/run"
)

// Options are the flags of the recipe.
type Options struct {
	Yes             bool // do not ask before changing anything
	ApprovePreviews bool // let previews of pull requests wait for an approval
	OpenPreviews    bool // let them no longer wait
}

// account is the AWS account in which the recipe creates things.
type account struct {
	*awscli.CLI
	ctx        context.Context
	recipe     *run.Recipe
	options    Options
	stack      string
	target     pipeline.Target
	repository repository
	keyARN     string // ARN of the key of the state
}

// Run runs the recipe for a stack and a repository on GitHub, owner/name.
func Run(ctx context.Context, recipe *run.Recipe, stack, repository string, options Options) error {
	a := &account{ctx: ctx, recipe: recipe, options: options, stack: stack}
	var err error
	if a.repository, err = findRepository(ctx, recipe, repository); err != nil {
		return err
	}
	if a.target, err = pipeline.ReadTarget(".", stack); err != nil {
		return fmt.Errorf("%w\n  Pulumi.%s.yaml does not say which account and region the stack belongs to", err, stack)
	}
	if a.CLI, err = awscli.New(ctx, recipe, a.target.Region); err != nil {
		return err
	}
	a.measure()
	a.confirm()
	a.makeBucket()
	a.makeKey()
	a.trustGitHub()
	a.makeServiceRoles()
	if a.target.HasOwnBoundary() { // another one is not this program's to change
		a.makePolicy(managedPolicy{name: pipeline.Boundary, document: "boundary", environment: a.target.Environment})
	}
	a.makeRoles()
	a.sayNextSteps()
	return a.Err
}

// confirm checks that the AWS login belongs to the account of the stack, and asks the user before anything is created.
func (a *account) confirm() {
	a.SignedIn(a.stack, a.target.Account)
	if a.Err == nil && !a.options.Yes {
		a.Err = a.recipe.Ask(a.ctx, fmt.Sprintf("Create the state's bucket %s, the key %s, and the pipeline's roles for %s in the account %s?",
			a.target.Bucket(), a.target.Key(), a.repository.name, a.target.Account))
	}
}

// arn is the ARN of an IAM resource, such as role/name.
func (a *account) arn(name string) string {
	return "arn:" + a.target.Partition + ":iam::" + a.target.Account + ":" + name
}
