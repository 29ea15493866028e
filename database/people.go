package database

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// PeopleArgs describes who logs in with a token of IAM's instead of a password.
type PeopleArgs struct {
	Instance   *Instance
	RoleName   string   // of the IAM role, at most 64 characters
	Login      string   // the database's
	Principals []string // ARNs of IAM roles and users that may assume the role
	Partition  string   // of the AWS region: aws, aws-cn or aws-us-gov
	Region     string
	AccountID  string
	// BoundaryArn is the policy that bounds the role, whatever its own policy says; "": none.
	BoundaryArn string
}

func (a *PeopleArgs) check() error {
	if a.Instance == nil || a.RoleName == "" || a.Login == "" || len(a.Principals) == 0 || a.Partition == "" || a.Region == "" || a.AccountID == "" {
		return errors.New("database: People needs all of its arguments but BoundaryArn")
	}
	return nil
}

// People is the component: an IAM role that may log in to one instance as one login, and nothing else.
type People struct {
	pulumi.ResourceState

	RoleArn pulumi.StringOutput
}

// NewPeople registers the component. Its options must bring the aws provider.
func NewPeople(ctx *pulumi.Context, name string, args *PeopleArgs, opts ...pulumi.ResourceOption) (*People, error) {
	if err := args.check(); err != nil {
		return nil, err
	}
	component := &People{}
	if err := ctx.RegisterComponentResource("mosaic-database:database:People", name, component, opts...); err != nil {
		return nil, fmt.Errorf("registering the component %s: %w", name, err)
	}
	trust, err := allow(map[string]any{"Principal": map[string]any{"AWS": args.Principals}, "Action": []string{"sts:AssumeRole"}})
	if err != nil {
		return nil, err
	}
	roleArgs := &iam.RoleArgs{
		Name:             pulumi.String(args.RoleName),
		Description:      pulumi.Sprintf("Login to the database as %s", args.Login),
		AssumeRolePolicy: pulumi.String(trust),
	}
	if args.BoundaryArn != "" {
		roleArgs.PermissionsBoundary = pulumi.String(args.BoundaryArn)
	}
	role, err := iam.NewRole(ctx, args.RoleName, roleArgs, pulumi.Parent(component))
	if err != nil {
		return nil, fmt.Errorf("registering the role %s: %w", args.RoleName, err)
	}
	connect := args.Instance.resourceID.ApplyT(func(id string) (string, error) {
		resource := fmt.Sprintf("arn:%s:rds-db:%s:%s:dbuser:%s/%s", args.Partition, args.Region, args.AccountID, id, args.Login)
		return allow(map[string]any{"Action": []string{"rds-db:connect"}, "Resource": []string{resource}})
	}).(pulumi.StringOutput)
	_, err = iam.NewRolePolicy(ctx, args.RoleName, &iam.RolePolicyArgs{
		Name:   pulumi.String("log-in-to-the-database"),
		Role:   role.Name,
		Policy: connect,
	}, pulumi.Parent(component))
	if err != nil {
		return nil, fmt.Errorf("registering the policy of the role %s: %w", args.RoleName, err)
	}
	component.RoleArn = role.Arn
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{"roleArn": component.RoleArn}); err != nil {
		return nil, fmt.Errorf("registering the outputs of %s: %w", name, err)
	}
	return component, nil
}

// allow is an IAM policy of one statement.
func allow(statement map[string]any) (string, error) {
	statement["Effect"] = "Allow"
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{statement}})
	if err != nil {
		return "", fmt.Errorf("encoding a policy: %w", err)
	}
	return string(text), nil
}
