package stack

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// The functions of the SDK's package ec2 that [discover] needs, with the fields that it uses. The package itself takes more
// CPU time to compile than all other AWS packages together (docs/reference/performance.md).

type getByID struct {
	ID string `pulumi:"id"`
}

type vpc struct {
	CidrBlock    string            `pulumi:"cidrBlock"`
	Associations []cidrAssociation `pulumi:"cidrBlockAssociations"`
}

type cidrAssociation struct {
	CidrBlock string `pulumi:"cidrBlock"`
	State     string `pulumi:"state"` // such as associated
}

func getVpc(ctx *pulumi.Context, id string, from pulumi.InvokeOption) (vpc, error) {
	var found vpc
	err := ctx.Invoke("aws:ec2/getVpc:getVpc", &getByID{ID: id}, &found, from)
	return found, err
}

type subnet struct {
	ID               string `pulumi:"id"`
	CidrBlock        string `pulumi:"cidrBlock"`
	VpcID            string `pulumi:"vpcId"`
	AvailabilityZone string `pulumi:"availabilityZone"`
}

func getSubnet(ctx *pulumi.Context, id string, from pulumi.InvokeOption) (subnet, error) {
	var found subnet
	err := ctx.Invoke("aws:ec2/getSubnet:getSubnet", &getByID{ID: id}, &found, from)
	return found, err
}

type filterArgs struct {
	Filters []filter `pulumi:"filters"`
}

// filter is a filter of the Describe calls of the EC2 API.
type filter struct {
	Name   string   `pulumi:"name"`
	Values []string `pulumi:"values"`
}

type matching struct {
	IDs []string `pulumi:"ids"`
}

func getSubnets(ctx *pulumi.Context, from pulumi.InvokeOption, filters ...filter) (matching, error) {
	var found matching
	err := ctx.Invoke("aws:ec2/getSubnets:getSubnets", &filterArgs{Filters: filters}, &found, from)
	return found, err
}

// getSecurityGroups finds nothing, and does not fail, if there is no such group.
func getSecurityGroups(ctx *pulumi.Context, from pulumi.InvokeOption, filters ...filter) (matching, error) {
	var found matching
	err := ctx.Invoke("aws:ec2/getSecurityGroups:getSecurityGroups", &filterArgs{Filters: filters}, &found, from)
	return found, err
}
