package recorder

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	// Account is the account that the committed stack files allow.
	Account = "123456789012"
	// Password is the password that the mocked random provider generates. No golden file may contain it.
	Password = "mockedPassword0123456789"
)

// zone is the letter of the zone that a subnet is in. Subnets whose ids differ in one letter or digit are in different zones, mostly.
func zone(subnet string) string {
	var sum int
	for _, c := range subnet {
		sum += int(c)
	}
	return string("abc"[sum%3])
}

// lookups are the results of the program's lookups in AWS, by token.
func lookups(asked resource.PropertyMap) map[string]map[string]any {
	return map[string]map[string]any{
		"aws:eks/getCluster:getCluster": {
			"name": "mosaic", "arn": "arn:aws:eks:us-east-1:" + Account + ":cluster/mosaic", "endpoint": "https://cluster.example",
			"certificateAuthorities": []any{map[string]any{"data": "Y2E="}},
			"identities":             []any{map[string]any{"oidcs": []any{map[string]any{"issuer": "https://oidc.example/id/A1"}}}},
			"vpcConfig":              map[string]any{"vpcId": "vpc-0a1b2c3d4e5f60718", "clusterSecurityGroupId": "sg-0c1c2c3c4c5c6c7c8"},
		},
		"aws:eks/getClusterAuth:getClusterAuth": {"token": ""}, // no cluster to ask
		"aws:ec2/getVpc:getVpc": {
			"cidrBlock": "10.0.0.0/16", "cidrBlockAssociations": []any{
				map[string]any{"cidrBlock": "10.0.0.0/16", "state": "associated"},
				map[string]any{"cidrBlock": "100.64.0.0/16", "state": "associated"}, // for pods
				map[string]any{"cidrBlock": "192.168.0.0/16", "state": "disassociated"},
			},
		},
		"aws:ec2/getSubnet:getSubnet": {
			"id": text(asked["id"]), "cidrBlock": "10.0.0.0/20", "vpcId": "vpc-0a1b2c3d4e5f60718", "availabilityZone": "us-east-1" + zone(text(asked["id"])),
		},
		"aws:ec2/getSubnets:getSubnets": {"ids": []any{"subnet-0a", "subnet-0b", "subnet-0c"}},
		"aws:ec2/getSecurityGroups:getSecurityGroups": {"ids": []any{
			"sg-0c1c2c3c4c5c6c7c8", "sg-0123456789abcdef1", "sg-0123456789abcdef2",
		}},
		"aws:sns/getTopic:getTopic": {"arn": "arn:aws:sns:us-east-1:" + Account + ":" + text(asked["name"])},
		"aws:rds/getSnapshot:getSnapshot": {
			"engine": "postgres", "engineVersion": "16.4", "allocatedStorage": 20, "encrypted": true, "status": "available",
		},
		"aws:rds/getInstance:getInstance": {
			"engine": "postgres", "engineVersion": "16.4", "allocatedStorage": 20, "storageEncrypted": true, "backupRetentionPeriod": 7,
		},
		"aws:rds/getCluster:getCluster": {
			"engine": "aurora-postgresql", "engineVersion": "16.4", "storageEncrypted": true, "backupRetentionPeriod": 7,
		},
		"aws:rds/getClusterSnapshot:getClusterSnapshot": {
			"engine": "aurora-postgresql", "engineVersion": "16.4", "storageEncrypted": true, "status": "available",
		},
		"aws:rds/getEngineVersion:getEngineVersion": {"engine": text(asked["engine"]), "version": text(asked["version"]), "versionActual": text(asked["version"])},
		"aws:rds/getOrderableDbInstance:getOrderableDbInstance": {
			"instanceClass": text(asked["instanceClass"]), "multiAzCapable": true, "readReplicaCapable": true, "supportsIamDatabaseAuthentication": true,
			"supportsPerformanceInsights": true, "supportsEnhancedMonitoring": true, "supportsStorageAutoscaling": true,
		},
		"aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": {
			"arn": "arn:aws:iam::" + Account + ":oidc-provider/" + strings.TrimPrefix(text(asked["url"]), "https://"),
		},
	}
}

// outputs are the inputs and what the cloud computes. A preview does not know what the cloud computes, except for what goes into
// secrets: the SDK's mocks do not support unknown secrets (the tests on the engine cover those).
func (m *mocks) outputs(args pulumi.MockResourceArgs) resource.PropertyMap {
	outputs := args.Inputs.Copy()
	computed := map[resource.PropertyKey]string{
		"arn": "arn:aws:mock:us-east-1:" + Account + ":" + args.TypeToken + "/" + args.Name,
	}
	switch args.TypeToken {
	case "aws:rds/instance:Instance":
		computed["address"] = args.Name + ".abc.us-east-1.rds.amazonaws.com"
		computed["resourceId"] = "db-OF-" + args.Name
	case "aws:rds/cluster:Cluster":
		computed["clusterResourceId"] = "cluster-OF-" + args.Name
		computed["endpoint"] = args.Name + ".cluster-abc.us-east-1.rds.amazonaws.com"
		computed["readerEndpoint"] = args.Name + ".cluster-ro-abc.us-east-1.rds.amazonaws.com"
	case "aws:secretsmanager/secretVersion:SecretVersion":
		computed["versionId"] = "version-1"
	case "aws:kms/key:Key":
		computed["keyId"] = "0a1b2c3d-0000-4000-8000-000000000009"
	case "random:index/randomPassword:RandomPassword":
		computed["result"] = Password
	case "random:index/randomId:RandomId":
		computed["hex"], computed["b64Std"] = "0badcafe", "AAAAAAAAAAAAAAAAAAAAAA=="
	}
	if managed := outputs["manageMasterUserPassword"]; managed.IsBool() && managed.BoolValue() {
		outputs["masterUserSecrets"] = resource.NewProperty([]resource.PropertyValue{resource.NewProperty(resource.PropertyMap{
			"secretArn": resource.NewProperty("arn:aws:secretsmanager:us-east-1:" + Account + ":secret:rds!db-0a1b2c3d-0000-4000-8000-000000000004-AbCdEf"),
		})})
	}
	if _, named := outputs["name"]; !named {
		computed["name"] = args.Name + "-1234567"
	}
	for key, value := range computed {
		if m.run.Preview && key != "address" && key != "endpoint" && key != "readerEndpoint" && key != "result" && key != "b64Std" {
			outputs[key] = resource.MakeComputed(resource.NewProperty(""))
		} else {
			outputs[key] = resource.NewProperty(value)
		}
	}
	return outputs
}

func text(value resource.PropertyValue) string {
	if !value.IsString() {
		return ""
	}
	return value.StringValue()
}
