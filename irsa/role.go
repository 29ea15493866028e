// Package irsa registers an IAM role for a Kubernetes service account (IRSA) that may read certain secrets and log in to the database
// as certain logins, and nothing else but what managed policies allow that are named.
package irsa

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/internal/role"
)

// Args are the arguments of [New].
type Args struct {
	Config *config.Config
	// Name is the name of the role, at most 64 characters.
	Name string
	// Namespace and ServiceAccount name the service account that has the role; in the namespace, * stands for any characters.
	Namespace      string
	ServiceAccount string
	// Trusted are more service accounts that may assume the role, as namespace/name, in which * stands for any characters.
	Trusted []string
	// OidcIssuer is the URL of the cluster's OIDC issuer, OidcProviderArn the ARN of its OIDC provider in IAM.
	OidcIssuer      string
	OidcProviderArn string
	// SecretArns are the ARNs of the secrets that the role may read.
	SecretArns pulumi.StringArray
	// LoginArns are the logins of the database as which the role may log in by token.
	LoginArns pulumi.StringArray
	// PolicyArns are managed policies that the role has besides.
	PolicyArns []string
}

func (a *Args) check() error {
	var problems []error
	for _, field := range []struct{ name, value string }{
		{"Name", a.Name}, {"Namespace", a.Namespace},
		{"ServiceAccount", a.ServiceAccount}, {"OidcIssuer", a.OidcIssuer}, {"OidcProviderArn", a.OidcProviderArn},
	} {
		if field.value == "" {
			problems = append(problems, fmt.Errorf("irsa: %s is empty", field.name))
		}
	}
	if a.Config == nil {
		problems = append(problems, errors.New("irsa: Config is nil"))
	}
	if len(a.SecretArns)+len(a.LoginArns) == 0 {
		problems = append(problems, errors.New("irsa: SecretArns and LoginArns are empty; a role without permissions is not needed"))
	}
	if !matches(a.OidcProviderArn, a.OidcIssuer) {
		problems = append(problems, fmt.Errorf("irsa: the OIDC provider %s is not that of the issuer %s; no pod could assume the role",
			a.OidcProviderArn, a.OidcIssuer))
	}
	return errors.Join(problems...)
}

// Role is the component resource.
type Role struct {
	pulumi.ResourceState

	RoleArn pulumi.StringOutput
	// Permissions is the last of the policies that allow reading the secrets and logging in. Whatever does must depend on it: RoleArn is
	// known before the policies exist, and depending on the component is not enough, because the SDK waits only for the children that
	// are registered by then.
	Permissions pulumi.Resource
}

// New registers the component. opts must include the provider aws. With pulumi.Protect, the role and its policy are
// protected too.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Role, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	component := &Role{}
	if err := ctx.RegisterComponentResource("mosaic-database:irsa:Role", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	trust, err := args.trustPolicy()
	if err != nil {
		return nil, err
	}
	role, err := role.New(ctx, &role.Args{
		Config: args.Config, Name: args.Name, Description: args.description(), TrustPolicy: trust,
	}, pulumi.Parent(component))
	if err != nil {
		return nil, err
	}
	if component.Permissions, err = args.grant(ctx, role, pulumi.Parent(component)); err != nil {
		return nil, err
	}
	for _, arn := range args.PolicyArns {
		if _, err := iam.NewRolePolicyAttachment(ctx, naming.PolicyAttachment(args.Name, arn), &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: pulumi.String(arn),
		}, pulumi.Parent(component), pulumi.Protect(false)); err != nil { // taking a policy out of the list detaches it
			return nil, fmt.Errorf("attaching the policy %s: %w", arn, err)
		}
	}
	component.RoleArn = role.Arn
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{"roleArn": component.RoleArn}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}
