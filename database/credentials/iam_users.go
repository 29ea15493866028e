package credentials

import (
	"errors"
	"fmt"

	awsiam "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/iam"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/internal/role"
)

// IAMUsersArgs are the arguments of [NewIAMUsers].
type IAMUsersArgs struct {
	Config *config.Config
	Server *Server
}

// IAMUsers is the component resource of IAM database authentication: a role that may log in to the active instance as one
// login, with a token, and may do nothing else. The principals of the configuration may assume it.
type IAMUsers struct {
	pulumi.ResourceState

	RoleArn pulumi.StringOutput
}

// NewIAMUsers registers the component. opts must include the provider aws.
func NewIAMUsers(ctx *pulumi.Context, name string, args *IAMUsersArgs, opts ...pulumi.ResourceOption) (*IAMUsers, error) {
	if args.Config == nil || args.Server == nil || len(args.Config.Database.IamPrincipals) == 0 {
		return nil, errors.New("database: IAMUsers needs Config with database.iamPrincipals, and Server")
	}
	component := &IAMUsers{}
	if err := ctx.RegisterComponentResource("mosaic-database:database:People", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	role, err := args.role(ctx, pulumi.Parent(component))
	if err != nil {
		return nil, err
	}
	component.RoleArn = role.Arn
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{"roleArn": component.RoleArn}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

func (a *IAMUsersArgs) role(ctx *pulumi.Context, parent pulumi.ResourceOption) (*awsiam.Role, error) {
	cfg, name := a.Config, naming.IAMUsersRole(a.Config.Environment)
	login := naming.DatabaseRoles(cfg.App.Name).IAMUsers
	trust, err := cfg.PeopleTrust().Encode(iam.ListsSorted)
	if err != nil {
		return nil, err
	}
	role, err := role.New(ctx, &role.Args{
		Config: cfg, Name: name, Description: "Login to the database as " + login, TrustPolicy: trust,
	}, parent)
	if err != nil {
		return nil, err
	}
	connect := loginArn(cfg, a.Server.ResourceID, login).ApplyT(func(arn string) (string, error) {
		return iam.Policy(iam.Statement{
			Effect: iam.Allow, Action: iam.Values{"rds-db:connect"}, Resource: iam.Values{arn},
		}).Encode(iam.ListsSorted)
	}).(pulumi.StringOutput)
	_, err = awsiam.NewRolePolicy(ctx, name, &awsiam.RolePolicyArgs{
		Name:   pulumi.String("log-in-to-the-database"),
		Role:   role.Name,
		Policy: connect,
	}, parent)
	if err != nil {
		return nil, fmt.Errorf("registering the policy of the role %s: %w", name, err)
	}
	return role, nil
}
