package bootstrap

import (
	"context"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
)

// makeBoundary makes the policy that no role of the program goes beyond.
func (b *bootstrap) makeBoundary(ctx context.Context) error {
	return b.makePolicy(ctx, "mosaic-database-boundary", "boundary", b.target.Environment)
}

// role is a role of the pipeline.
type role struct {
	name, trust string // the trust policy is a document of the folder policies
	seconds     string // how long a session may last
}

// makeRoles makes the roles of the pipeline, each with its policies and its access to the cluster.
func (b *bootstrap) makeRoles(ctx context.Context) error {
	previews := "trust-preview"
	if b.options.ApprovePreviews {
		previews = approvedPreviews
	}
	for _, one := range []role{{"preview", previews, "3600"}, {"deploy", "trust-deploy", "14400"}, {"drill", "trust-drill", "14400"}} {
		if err := b.makeRole(ctx, one); err != nil {
			return err
		}
		for _, document := range pipeline.Roles()[one.name] {
			if err := b.attach(ctx, one, document); err != nil {
				return err
			}
		}
		if err := b.admit(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

const approvedPreviews = "trust-preview-approved"

// full is the name of a role in IAM.
func (b *bootstrap) full(one role) string {
	return "mosaic-" + b.target.Environment + "-pipeline-" + one.name
}

// makeRole makes a role, or brings its trust policy up to date.
func (b *bootstrap) makeRole(ctx context.Context, one role) error {
	name := b.full(one)
	present, found, err := b.find(ctx, b.aws("iam", "get-role", "--role-name", name))
	if err != nil {
		return err
	}
	// Previews that wait for an approval go on doing so.
	if found && !b.options.OpenPreviews && strings.Contains(present, ":environment:"+b.target.Environment+"-preview") {
		one.trust = approvedPreviews
	}
	text, err := b.filled(one.trust, b.target.Environment)
	if err != nil {
		return err
	}
	trust, err := b.file("trust.json", text)
	if err != nil {
		return err
	}
	if found {
		return b.do(ctx, b.aws("iam", "update-assume-role-policy", "--role-name", name, "--policy-document", trust),
			b.aws("iam", "update-role", "--role-name", name, "--max-session-duration", one.seconds))
	}
	err = b.do(ctx, b.aws("iam", "create-role", "--role-name", name, "--max-session-duration", one.seconds,
		"--assume-role-policy-document", trust))
	if err == nil {
		b.recipe.Say("made the role %s", name)
	}
	return err
}

// attach gives a role a policy. What a drill may do, it may do to the environment that it makes, but for what it may do as a drill.
func (b *bootstrap) attach(ctx context.Context, one role, document string) error {
	environment := b.target.Environment
	if one.name == "drill" && document != "drill" {
		environment += "-drill"
	}
	name := "mosaic-" + environment + "-pipeline-" + document
	if err := b.makePolicy(ctx, name, document, environment); err != nil {
		return err
	}
	return b.do(ctx, b.aws("iam", "attach-role-policy", "--role-name", b.full(one), "--policy-arn", b.arn("policy/"+name)))
}

// admit gives a role its group in the cluster, where the stack file names one.
func (b *bootstrap) admit(ctx context.Context, one role) error {
	if b.target.Cluster == "" {
		return nil
	}
	entry := []string{"--cluster-name", b.target.Cluster, "--principal-arn", b.arn("role/" + b.full(one))}
	_, found, err := b.find(ctx, b.aws(append([]string{"eks", "describe-access-entry"}, entry...)...))
	if err != nil || found {
		return err
	}
	create := b.aws(append([]string{"eks", "create-access-entry"}, entry...)...)
	create.Args = append(create.Args, "--kubernetes-groups", "pipeline-"+one.name)
	return b.do(ctx, create)
}
