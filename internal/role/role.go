// Package role registers IAM roles, every one within the permissions boundary of the stack.
package role

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// Args are the arguments of [New].
type Args struct {
	Config      *config.Config
	Name        string                // in Pulumi, and in IAM without another one; at most 64 characters
	Physical    pulumi.StringPtrInput // in IAM, at most 64 characters; nil: Name
	Description string
	TrustPolicy string // who may assume the role, as JSON
}

// New registers the role.
func New(ctx *pulumi.Context, args *Args, opts ...pulumi.ResourceOption) (*iam.Role, error) {
	inputs := &iam.RoleArgs{
		Name:             pulumi.String(args.Name),
		Description:      pulumi.String(args.Description),
		AssumeRolePolicy: pulumi.String(args.TrustPolicy),
	}
	if args.Physical != nil {
		inputs.Name = args.Physical
	}
	if boundary := args.Config.BoundaryArn(); boundary != "" {
		inputs.PermissionsBoundary = pulumi.String(boundary)
	}
	if path := args.Config.RolePath; path != "/" { // IAM's default
		inputs.Path = pulumi.String(path)
	}
	role, err := iam.NewRole(ctx, args.Name, inputs, opts...)
	if err != nil {
		return nil, fmt.Errorf("registering the role %s: %w", args.Name, err)
	}
	return role, nil
}
