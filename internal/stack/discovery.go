package stack

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/config/lock"
)

// privateSubnetTag marks the private subnets of an EKS cluster's VPC: AWS asks for it on every subnet that
// may hold an internal load balancer.
const privateSubnetTag = "kubernetes.io/role/internal-elb"

// site is where the database goes and whom it serves: what the configuration says, completed from the
// EKS cluster.
type site struct {
	vpcID           string
	subnetIDs       []string
	ingressCidrs    []string
	oidcIssuer      string
	oidcProviderArn string
	databaseCidrs   []string // of the database's subnets; empty where no pod of this program connects
	cluster         eksCluster
}

// eksCluster is the EKS cluster's own data; empty where nothing had to be looked up.
type eksCluster struct {
	name                 string
	endpoint             string
	certificateAuthority string
}

// discover completes the configuration from the cluster, step by step; a value that is given is not
// looked up.
func discover(ctx *pulumi.Context, cfg *config.Config, provider pulumi.ProviderResource) (*site, error) {
	s := &site{
		vpcID:        cfg.Network.VpcID,
		subnetIDs:    cfg.Network.SubnetIDs,
		ingressCidrs: cfg.Network.IngressCidrs,
		oidcIssuer:   cfg.Cluster.OIDCIssuer,
	}
	from := pulumi.Provider(provider)
	needsKubeconfig := cfg.Delivery.InCluster() && cfg.Cluster.Kubeconfig == ""
	if s.vpcID == "" || s.oidcIssuer == "" || needsKubeconfig {
		if err := s.lookupCluster(ctx, cfg.Cluster.Name, from); err != nil {
			return nil, err
		}
	}
	if len(s.subnetIDs) == 0 {
		if err := s.lookupSubnets(ctx, from); err != nil {
			return nil, err
		}
	}
	if len(s.ingressCidrs) == 0 {
		vpc, err := getVpc(ctx, s.vpcID, from)
		if err != nil {
			return nil, fmt.Errorf("looking up the VPC %s: %w", s.vpcID, err)
		}
		s.ingressCidrs = cidrs(vpc)
	}
	if cfg.PodsConnect() {
		for _, id := range s.subnetIDs {
			found, err := getSubnet(ctx, id, from)
			if err != nil {
				return nil, fmt.Errorf("looking up the subnet %s: %w", id, err)
			}
			s.databaseCidrs = append(s.databaseCidrs, found.CidrBlock)
		}
		slices.Sort(s.databaseCidrs)
	}
	oidc, err := iam.LookupOpenIdConnectProvider(ctx, &iam.LookupOpenIdConnectProviderArgs{Url: &s.oidcIssuer}, from)
	if err != nil {
		return nil, fmt.Errorf("looking up the IAM OIDC provider of the issuer %s (create it once per cluster: "+
			"eksctl utils associate-iam-oidc-provider --cluster %s --approve): %w", s.oidcIssuer, cfg.Cluster.Name, err)
	}
	s.oidcProviderArn = oidc.Arn
	return s, nil
}

// locked is where the database is and what it serves, as later runs are held to it.
func (s *site) locked() lock.Target { return lock.Target{VpcID: s.vpcID, OIDCIssuer: s.oidcIssuer} }

// cidrs are all CIDR blocks of a VPC. Pods may have addresses from a secondary one.
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

func (s *site) lookupCluster(ctx *pulumi.Context, name string, from pulumi.InvokeOption) error {
	found, err := eks.LookupCluster(ctx, &eks.LookupClusterArgs{Name: name}, from)
	if err != nil {
		return fmt.Errorf("looking up the EKS cluster %s (mosaic-database:cluster.name): %w", name, err)
	}
	s.cluster = eksCluster{name: found.Name, endpoint: found.Endpoint}
	if len(found.CertificateAuthorities) > 0 {
		s.cluster.certificateAuthority = found.CertificateAuthorities[0].Data
	}
	if s.vpcID == "" {
		s.vpcID = found.VpcConfig.VpcId
	}
	if s.oidcIssuer == "" {
		if len(found.Identities) == 0 || len(found.Identities[0].Oidcs) == 0 {
			return fmt.Errorf("the EKS cluster %s has no OIDC issuer; set mosaic-database:cluster.oidcIssuer", name)
		}
		s.oidcIssuer = found.Identities[0].Oidcs[0].Issuer
	}
	return nil
}

func (s *site) lookupSubnets(ctx *pulumi.Context, from pulumi.InvokeOption) error {
	found, err := getSubnets(ctx, from,
		filter{Name: "vpc-id", Values: []string{s.vpcID}},
		filter{Name: "tag:" + privateSubnetTag, Values: []string{"1"}})
	if err != nil {
		return fmt.Errorf("looking up the private subnets of %s: %w", s.vpcID, err)
	}
	if len(found.IDs) < 2 {
		return fmt.Errorf("the VPC %s has %d subnets with the tag %s=1, and RDS needs two; tag its private subnets "+
			"or set mosaic-database:network.subnetIds", s.vpcID, len(found.IDs), privateSubnetTag)
	}
	s.subnetIDs = found.IDs
	return nil
}
