package irsa

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// grant registers the role's policies, and returns the last one, which depends on the other.
func (a *Args) grant(ctx *pulumi.Context, role *iam.Role, parent pulumi.ResourceOption) (pulumi.Resource, error) {
	var last pulumi.Resource
	if len(a.SecretArns) > 0 {
		reading, err := iam.NewRolePolicy(ctx, a.Name, &iam.RolePolicyArgs{
			Name:   pulumi.String("read-database-secrets"),
			Role:   role.Name,
			Policy: a.SecretArns.ToStringArrayOutput().ApplyT(a.secretsPolicy).(pulumi.StringOutput),
		}, parent)
		if err != nil {
			return nil, fmt.Errorf("registering the policy of the role %s: %w", a.Name, err)
		}
		last = reading
	}
	if len(a.LoginArns) == 0 {
		return last, nil
	}
	opts := []pulumi.ResourceOption{parent, pulumi.Protect(false)} // it is deleted with the login
	if last != nil {
		opts = append(opts, pulumi.DependsOn([]pulumi.Resource{last}))
	}
	login, err := iam.NewRolePolicy(ctx, a.Name+"/"+loginPolicyName, &iam.RolePolicyArgs{
		Name:   pulumi.String(loginPolicyName),
		Role:   role.Name,
		Policy: a.LoginArns.ToStringArrayOutput().ApplyT(loginPolicy).(pulumi.StringOutput),
	}, opts...)
	if err != nil {
		return nil, fmt.Errorf("registering the policy of the role %s: %w", a.Name, err)
	}
	return login, nil
}
