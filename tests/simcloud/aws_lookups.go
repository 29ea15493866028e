package simcloud

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// eksCluster is an EKS cluster that exists in the account, with its VPC: three private subnets and two public ones.
type eksCluster struct {
	name    string
	network string // the first two bytes of the VPC's CIDR
	in      string // region; "": that of the cloud
}

var eksClusters = []eksCluster{{"mosaic-dev", "10.1", ""}, {"mosaic-prod", "10.0", ""}, {"mosaic-prod-west", "10.2", "us-west-2"}}

func (c eksCluster) hex() string  { return strings.ToUpper(digest(32, "eks", c.name)) }
func (c eksCluster) vpc() string  { return "vpc-0" + digest(16, "vpc", c.name) }
func (c eksCluster) cidr() string { return c.network + ".0.0/16" }
func (c eksCluster) certificateAuthority() string {
	return base64.StdEncoding.EncodeToString([]byte("simulated certificate authority of " + c.name))
}
func (c eksCluster) endpoint(region string) string {
	return fmt.Sprintf("https://%s.gr7.%s.eks.amazonaws.com", c.hex(), region)
}
func (c eksCluster) issuer(region string) string {
	return fmt.Sprintf("oidc.eks.%s.amazonaws.com/id/%s", region, c.hex())
}

// OIDCIssuer is the URL of a cluster's OIDC issuer; the account has the clusters mosaic-dev and mosaic-prod.
func OIDCIssuer(cluster, region string) string {
	return "https://" + eksCluster{name: cluster}.issuer(region)
}

type subnet struct {
	id, vpc, cidr, zone string
	public              bool
}

func (c eksCluster) subnets(region string) []subnet {
	var subnets []subnet
	for i, zone := range []string{"a", "b", "c", "a", "b"} {
		subnets = append(subnets, subnet{
			id: "subnet-0" + digest(16, "subnet", c.name, fmt.Sprint(i)), vpc: c.vpc(),
			cidr: fmt.Sprintf("%s.%d.0/20", c.network, i*16), zone: region + zone, public: i > 2,
		})
	}
	return subnets
}

func (s subnet) tags() Properties {
	if s.public {
		return Properties{"kubernetes.io/role/elb": "1"}
	}
	return Properties{"kubernetes.io/role/internal-elb": "1"}
}

func (a *account) subnets() []subnet {
	var all []subnet
	for _, c := range eksClusters {
		all = append(all, c.subnets(a.region)...)
	}
	return all
}

func findCluster(match func(eksCluster) bool) (eksCluster, bool) {
	if i := slices.IndexFunc(eksClusters, match); i >= 0 {
		return eksClusters[i], true
	}
	return eksCluster{}, false
}

func (a *account) invoke(token string, args Properties) (Properties, error) {
	switch token {
	case "aws:eks/getCluster:getCluster":
		return a.getCluster(args.Text("name"))
	case "aws:eks/getClusterAuth:getClusterAuth":
		cluster, found := a.cloud.Clusters[args.Text("name")]
		if !found {
			return nil, fmt.Errorf("the API server of %s is not simulated", args.Text("name"))
		}
		return Properties{"id": args.Text("name"), "name": args.Text("name"), "token": cluster.Token}, nil
	case "aws:ec2/getVpc:getVpc":
		return a.getVpc(args.Text("id"))
	case "aws:ec2/getSubnets:getSubnets":
		return a.getSubnets(args)
	case "aws:ec2/getSecurityGroups:getSecurityGroups":
		return a.getSecurityGroups(args)
	case "aws:ec2/getSubnet:getSubnet":
		return a.getSubnet(args.Text("id"))
	case "aws:rds/getSnapshot:getSnapshot":
		return a.getSnapshot(args.Text("dbSnapshotIdentifier"), args.Text("snapshotType"))
	case "aws:rds/getInstance:getInstance":
		return a.getInstance(args.Text("dbInstanceIdentifier"))
	case "aws:rds/getCluster:getCluster":
		return a.getRDSCluster(args.Text("clusterIdentifier"))
	case "aws:rds/getClusterSnapshot:getClusterSnapshot":
		return a.getClusterSnapshot(args.Text("dbClusterSnapshotIdentifier"))
	case "aws:rds/getEngineVersion:getEngineVersion":
		return a.getEngineVersion(args)
	case "aws:rds/getOrderableDbInstance:getOrderableDbInstance":
		return a.getOrderableDbInstance(args)
	case "aws:sns/getTopic:getTopic":
		return a.getTopic(args.Text("name"))
	case "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider":
		return a.getOpenIDConnectProvider(args)
	case "aws:index/getCallerIdentity:getCallerIdentity":
		arn := fmt.Sprintf("arn:aws:sts::%s:assumed-role/simulated/session", a.id)
		return Properties{"id": a.id, "accountId": a.id, "arn": arn, "userId": "AROASIMULATED:session"}, nil
	case "aws:index/getPartition:getPartition":
		return Properties{
			"id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws",
		}, nil
	case "aws:index/getRegion:getRegion":
		endpoint := fmt.Sprintf("ec2.%s.amazonaws.com", a.region)
		return Properties{"id": a.region, "name": a.region, "endpoint": endpoint, "description": a.region}, nil
	}
	return nil, fmt.Errorf("%s is not simulated: add it to invoke in simcloud", token)
}

func (a *account) getCluster(name string) (Properties, error) {
	c, ok := findCluster(func(c eksCluster) bool { return c.name == name })
	if ok && c.in == "" {
		a.cloud.region = a.region // the stack's, whichever of its providers was the first
	}
	if !ok || c.region(a.cloud) != a.region {
		return nil, fmt.Errorf("reading EKS Cluster (%s): ResourceNotFoundException: No cluster found for name: %s", name, name)
	}
	var subnetIDs []string
	for _, s := range c.subnets(a.region) {
		subnetIDs = append(subnetIDs, s.id)
	}
	group := c.securityGroups()[0].id
	endpoint, authority := c.endpoint(a.region), c.certificateAuthority()
	if cluster, found := a.cloud.Clusters[name]; found {
		endpoint, authority = cluster.URL, cluster.certificateAuthority()
	}
	return Properties{
		"id": name, "name": name, "arn": a.arn("eks", "cluster/"+name), "status": "ACTIVE", "version": "1.33",
		"endpoint": endpoint, "platformVersion": "eks.1", "createdAt": "2025-01-01T00:00:00Z",
		"roleArn": a.iamARN("role/" + name + "-cluster"), "tags": map[string]any{},
		"certificateAuthorities": []any{map[string]any{"data": authority}},
		"identities": []any{map[string]any{
			"oidcs": []any{map[string]any{"issuer": "https://" + c.issuer(a.region)}},
		}},
		"vpcConfig": map[string]any{
			"vpcId": c.vpc(), "subnetIds": texts(subnetIDs...), "clusterSecurityGroupId": group,
			"securityGroupIds": texts(group), "endpointPublicAccess": true, "endpointPrivateAccess": true,
			"publicAccessCidrs": texts("0.0.0.0/0"),
		},
	}, nil
}

func (a *account) getVpc(id string) (Properties, error) {
	c, ok := findCluster(func(c eksCluster) bool { return c.vpc() == id })
	if !ok {
		return nil, fmt.Errorf("no matching EC2 VPC found (id %q)", id)
	}
	return Properties{
		"id": id, "arn": a.arn("ec2", "vpc/"+id), "cidrBlock": c.cidr(), "ownerId": a.id, "state": "available",
		"default": false, "enableDnsHostnames": true, "enableDnsSupport": true, "instanceTenancy": "default",
		"cidrBlockAssociations": []any{map[string]any{"cidrBlock": c.cidr(), "state": "associated"}},
		"tags":                  map[string]any{"Name": c.name},
	}, nil
}

func (a *account) getSubnets(args Properties) (Properties, error) {
	filters := args.List("filters")
	for name, value := range args.Map("tags") {
		filters = append(filters, Properties{"name": "tag:" + name, "values": []any{value}})
	}
	var ids []string
	for _, s := range a.subnets() {
		matches, err := s.matches(filters)
		if err != nil {
			return nil, err
		}
		if matches {
			ids = append(ids, s.id)
		}
	}
	return Properties{"id": a.region, "ids": texts(ids...)}, nil
}

func (s subnet) matches(filters []Properties) (bool, error) {
	for _, f := range filters {
		name, values := f.Text("name"), f.Texts("values")
		tag, isTag := strings.CutPrefix(name, "tag:")
		var has string
		switch {
		case isTag:
			has = s.tags().Text(tag)
		case name == "vpc-id":
			has = s.vpc
		case name == "subnet-id":
			has = s.id
		case name == "availability-zone":
			has = s.zone
		case name == "map-public-ip-on-launch":
			has = fmt.Sprint(s.public)
		default:
			return false, fmt.Errorf("reading EC2 Subnets: InvalidParameterValue: The filter '%s' is invalid", name)
		}
		if !slices.Contains(values, has) {
			return false, nil
		}
	}
	return true, nil
}

func (a *account) getSubnet(id string) (Properties, error) {
	for _, s := range a.subnets() {
		if s.id == id {
			return Properties{
				"id": id, "arn": a.arn("ec2", "subnet/"+id), "vpcId": s.vpc, "cidrBlock": s.cidr, "state": "available",
				"availabilityZone": s.zone, "mapPublicIpOnLaunch": s.public, "ownerId": a.id, "tags": map[string]any(s.tags()),
			}, nil
		}
	}
	return nil, fmt.Errorf("no matching EC2 Subnet found (id %q)", id)
}

func (a *account) getOpenIDConnectProvider(args Properties) (Properties, error) {
	issuer := strings.TrimPrefix(args.Text("url"), "https://")
	c, ok := findCluster(func(c eksCluster) bool {
		return c.issuer(a.region) == issuer || a.iamARN("oidc-provider/"+c.issuer(a.region)) == args.Text("arn")
	})
	if !ok {
		return nil, fmt.Errorf("finding IAM OIDC Provider by url (%s): not found", args.Text("url"))
	}
	arn := a.iamARN("oidc-provider/" + c.issuer(a.region))
	return Properties{
		"id": arn, "arn": arn, "url": c.issuer(a.region), "clientIdLists": texts("sts.amazonaws.com"),
		"thumbprintLists": texts(digest(40, c.name)), "tags": map[string]any{},
	}, nil
}
