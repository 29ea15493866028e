package stack

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// discovery is the network of the database and the data of the EKS cluster: from the configuration where it has a value,
// looked up in AWS otherwise.
type discovery struct {
	network         config.Network // all fields are set
	oidcIssuer      string
	oidcProviderArn string
	subnets         []subnet // the database's
	cluster         eksCluster
	missing         schema.Problems // what is not in the cluster
	unseen          []string        // warnings of what the role may not look at there
	topic           givenTopic
	warnings        []string // of the preview
}

// eksCluster is the EKS cluster as AWS describes it; all fields are empty if it was not looked up.
type eksCluster struct {
	name                 string
	endpoint             string // URL of the API server
	certificateAuthority string // PEM in base64
	securityGroup        string // that EKS gives to its managed nodes and Fargate pods
}

// discover looks up what the configuration does not have: the cluster first, which has the VPC, and then side by side what is in it.
func discover(ctx *pulumi.Context, cfg *config.Config, provider pulumi.ProviderResource) (*discovery, error) {
	d := &discovery{
		network:    cfg.Network,
		oidcIssuer: cfg.Cluster.OIDCIssuer,
	}
	from := pulumi.Provider(provider)
	needsKubeconfig := cfg.Delivery.InCluster() && cfg.Cluster.Kubeconfig == ""
	if d.network.VpcID == "" || d.oidcIssuer == "" || needsKubeconfig || d.network.IngressClusterSecurityGroup {
		if err := d.lookupCluster(ctx, cfg.Cluster.Name, from); err != nil {
			return nil, err
		}
	}
	err := together(
		func() error { return d.lookupSubnets(ctx, from) },
		func() error { return d.lookupBlocks(ctx, cfg, from) },
		func() error { return d.lookupIngressGroups(ctx, from) },
		func() error { return d.lookupIssuer(ctx, cfg.Cluster.Name, from) },
		func() error { return d.lookupMissing(ctx, cfg, from) },
		func() error { return d.lookupTopic(ctx, cfg, from) },
	)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// location returns the looked-up values that later runs may not change.
func (d *discovery) location() lock.Location {
	return lock.Location{VpcID: d.network.VpcID, OIDCIssuer: d.oidcIssuer}
}

// lookupBlocks takes the CIDR blocks that may connect from the VPC, where all of it may.
func (d *discovery) lookupBlocks(ctx *pulumi.Context, cfg *config.Config, from pulumi.InvokeOption) error {
	if !cfg.Network.OpenToVPC() {
		return nil
	}
	vpc, err := getVpc(ctx, d.network.VpcID, from)
	if err != nil {
		return fmt.Errorf("looking up the VPC %s: %w", d.network.VpcID, err)
	}
	d.network.IngressCidrs = cidrs(vpc)
	return nil
}

// lookupIssuer looks up the IAM OIDC provider of the cluster's issuer.
func (d *discovery) lookupIssuer(ctx *pulumi.Context, cluster string, from pulumi.InvokeOption) error {
	oidc, err := iam.LookupOpenIdConnectProvider(ctx, &iam.LookupOpenIdConnectProviderArgs{Url: &d.oidcIssuer}, from)
	if err != nil {
		return fmt.Errorf("looking up the IAM OIDC provider of the issuer %s (create it once per cluster: "+
			"eksctl utils associate-iam-oidc-provider --cluster %s --approve): %w", d.oidcIssuer, cluster, err)
	}
	d.oidcProviderArn = oidc.Arn
	return nil
}

// cidrs returns all CIDR blocks of a VPC, including the secondary ones, from which pods may have their addresses.
func cidrs(vpc vpc) []string {
	var blocks []string
	for _, association := range vpc.Associations {
		if association.State == "associated" {
			blocks = append(blocks, association.CidrBlock)
		}
	}
	if len(blocks) == 0 {
		return []string{vpc.CidrBlock}
	}
	slices.Sort(blocks)
	return blocks
}

// lookupCluster looks up the EKS cluster, and takes VPC and OIDC issuer from it where the configuration has none.
func (d *discovery) lookupCluster(ctx *pulumi.Context, name string, from pulumi.InvokeOption) error {
	found, err := eks.LookupCluster(ctx, &eks.LookupClusterArgs{Name: name}, from)
	if err != nil {
		return fmt.Errorf("looking up the EKS cluster %s (mosaic-database:cluster.name): %w", name, err)
	}
	d.cluster = eksCluster{name: found.Name, endpoint: found.Endpoint, securityGroup: found.VpcConfig.ClusterSecurityGroupId}
	if len(found.CertificateAuthorities) > 0 {
		d.cluster.certificateAuthority = found.CertificateAuthorities[0].Data
	}
	if d.network.VpcID == "" {
		d.network.VpcID = found.VpcConfig.VpcId
	}
	if d.oidcIssuer == "" {
		if len(found.Identities) == 0 || len(found.Identities[0].Oidcs) == 0 {
			return fmt.Errorf("the EKS cluster %s has no OIDC issuer; set mosaic-database:cluster.oidcIssuer", name)
		}
		d.oidcIssuer = found.Identities[0].Oidcs[0].Issuer
	}
	return nil
}

// lookupIngressGroups adds the cluster's security group to those that may connect, if the configuration asks for it, and looks
// whether all of them are in the VPC. Otherwise AWS would refuse the new rules after the provider has revoked the old ones, and
// nobody could connect.
func (d *discovery) lookupIngressGroups(ctx *pulumi.Context, from pulumi.InvokeOption) error {
	groups := slices.Clone(d.network.IngressSecurityGroupIDs)
	if d.network.IngressClusterSecurityGroup {
		if d.cluster.securityGroup == "" {
			return fmt.Errorf("the EKS cluster %s has no security group of its own; set mosaic-database:network.ingressSecurityGroupIds "+
				"instead of ingressClusterSecurityGroup", d.cluster.name)
		}
		if !slices.Contains(groups, d.cluster.securityGroup) {
			groups = append(groups, d.cluster.securityGroup)
		}
	}
	if len(groups) == 0 {
		return nil
	}
	found, err := getSecurityGroups(ctx, from,
		filter{Name: "vpc-id", Values: []string{d.network.VpcID}},
		filter{Name: "group-id", Values: groups})
	if err != nil {
		return fmt.Errorf("looking up the security groups that may connect: %w", err)
	}
	for _, group := range groups {
		if !slices.Contains(found.IDs, group) {
			return fmt.Errorf("the VPC %s has no security group %s, which mosaic-database:network.ingressSecurityGroupIds or "+
				"ingressClusterSecurityGroup lets in; write a group of this VPC, or the CIDR blocks of clients outside of it in "+
				"mosaic-database:network.ingressCidrs", d.network.VpcID, group)
		}
	}
	d.network.IngressSecurityGroupIDs = groups
	return nil
}
