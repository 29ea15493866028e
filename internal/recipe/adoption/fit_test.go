package adoption

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

const credentials = "mosaic/prod/rds/credentials"

// fitting is what can be taken over.
func fitting() *Found {
	f := &Found{Environment: "prod", ForcesTLS: true, Password: "p", PasswordFrom: "arn", Secrets: map[string]Secret{credentials: {Name: credentials, ARN: "arn"}}, IngressCidrs: []string{"10.0.0.0/16"}, Instance: Instance{
		DBInstanceIdentifier: "mosaic-prod-db", DBInstanceStatus: "available", Engine: "postgres", EngineVersion: "16.4", DBName: "mosaic",
		MasterUsername: "postgres", StorageEncrypted: true, StorageType: "gp3", Iops: 3000, StorageThroughput: 125, AllocatedStorage: 20,
		AutoMinorVersionUpgrade: true, DBInstanceClass: "db.t3.micro",
	}}
	f.Instance.Endpoint.Port = 5432
	f.Instance.DBSubnetGroup.DBSubnetGroupName = "group"
	return f
}

// What the program cannot take over stops the adoption, each with what to do.
func TestObstacles(t *testing.T) {
	assert.Empty(t, fitting().Obstacles())
	for want, change := range map[string]func(*Found){
		"this program runs postgres":                            func(f *Found) { f.Instance.Engine = "mysql" },
		"wait until it is available":                            func(f *Found) { f.Instance.DBInstanceStatus = "modifying" },
		"copy a snapshot":                                       func(f *Found) { f.Instance.StorageEncrypted = false },
		"made without a database":                               func(f *Found) { f.Instance.DBName = "" },
		"--no-manage-master-user":                               func(f *Found) { f.Instance.MasterUserSecret = &struct{ SecretArn string }{"arn"}; f.Password = "" },
		"no JSON with the key password":                         func(f *Found) { f.Password = "" },
		"--secret-string file://":                               func(f *Found) { f.Password, f.PasswordFrom = "", "" },
		"restore-secret --secret-id mosaic/prod/rds/connection": func(f *Found) { f.Secrets["mosaic/prod/rds/connection"] = Secret{Deleted: true} },
		"restore-secret --secret-id mosaic/prod/rds/credentials": func(f *Found) {
			f.Secrets[credentials], f.PasswordFrom, f.Password = Secret{Deleted: true}, "", ""
		},
		"adopt with master, and switch afterwards":   func(f *Found) { f.Configured.Credentials = config.CredentialsAlternating },
		"before they make tokens; adopt with master": func(f *Found) { f.Configured.Credentials = config.CredentialsIAM },
		"the read replica r1 is creating":            func(f *Found) { f.Replicas = []Instance{{DBInstanceIdentifier: "r1", DBInstanceStatus: "creating"}} },
		"classes db.t3.micro and db.t3.large": func(f *Found) {
			f.Replicas = []Instance{{DBInstanceStatus: available, DBInstanceClass: "db.t3.micro"}, {DBInstanceStatus: available, DBInstanceClass: "db.t3.large"}}
		},
		"the subnet group is default":   func(f *Found) { f.Instance.DBSubnetGroup.DBSubnetGroupName = "default" },
		"the option group is my-group:": func(f *Found) { f.Instance.OptionGroupMemberships = []struct{ OptionGroupName string }{{"my-group"}} },
		"set rds.force_ssl to 1":        func(f *Found) { f.ForcesTLS = false },
		"let in nobody at the port":     func(f *Found) { f.IngressCidrs = nil },
		"let in pl-1, pl-2":             func(f *Found) { f.OtherSources = []string{"pl-1", "pl-2"} },
		"would delete when it is removed: Database (AWS::RDS::DBInstance); set DeletionPolicy: Retain": func(f *Found) {
			f.Stack = &TemplateStack{Name: "s", Deleting: []string{"Database (AWS::RDS::DBInstance)"}}
		},
	} {
		f := fitting()
		change(f)
		if obstacles := f.Obstacles(); assert.Len(t, obstacles, 1, want) {
			assert.Contains(t, obstacles[0], want)
		}
	}
	all := fitting()
	all.Instance.StorageEncrypted, all.Instance.DBName = false, ""
	assert.Len(t, all.Obstacles(), 2, "all at once")
}

// Who may connect is read from the rules for the port; a group of a peered VPC is none that the program takes.
func TestSources(t *testing.T) {
	f := fitting()
	f.IngressCidrs, f.Descriptions = nil, map[string]string{}
	f.sources(func(into any, _ ...string) bool {
		return assert.NoError(t, json.Unmarshal([]byte(`[{"GroupId": "sg-0", "Description": "d", "IpPermissions": [
			{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/16"}], "UserIdGroupPairs": [{"GroupId": "sg-2"}, {"GroupId": "sg-1"}]},
			{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1"}, {"GroupId": "sg-9", "VpcPeeringConnectionId": "pcx-1"}], "PrefixListIds": [{"PrefixListId": "pl-1"}]},
			{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": "sg-3"}]}]}]`), into))
	})
	assert.Equal(t, []string{"10.0.0.0/16"}, f.IngressCidrs)
	assert.Equal(t, []string{"sg-1", "sg-2"}, f.SourceGroups)
	assert.Equal(t, []string{"sg-9 of another VPC", "pl-1"}, f.OtherSources)
	assert.Equal(t, map[string]string{"sg-0": "d"}, f.Descriptions)
}

// The stack file says what the instance is, so that the first up leaves it so.
func TestSettings(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Found)
		has    []string
		not    []string
	}{
		"the baseline of gp3": {has: []string{"database.maxAllocatedStorage=0", "database.storageType=gp3", "database.engineVersion=16", "database.readReplicas=0", "delivery=gitops"},
			not: []string{"database.iops", "database.storageThroughput", "database.kmsKeyId", "database.secretKmsKeyId"}},
		"gp2 becomes gp3": {change: func(f *Found) { f.Instance.StorageType, f.Instance.Iops = "gp2", 300 }, not: []string{"database.storageType", "database.iops"}},
		"io1":             {change: func(f *Found) { f.Instance.StorageType, f.Instance.Iops = "io1", 1000 }, has: []string{"database.storageType=io1", "database.iops=1000"}},
		"fast gp3": {change: func(f *Found) { f.Instance.Iops, f.Instance.StorageThroughput = 14000, 700 },
			has: []string{"database.iops=14000", "database.storageThroughput=700"}},
		"a key of the customer": {change: func(f *Found) {
			f.CustomerKey, f.Instance.KmsKeyID, f.Secrets[credentials] = true, "arn:key", Secret{KmsKeyID: "arn:other"}
		},
			has: []string{"database.kmsKeyId=arn:key", "database.secretKmsKeyId=arn:other"}},
		"security groups alone": {change: func(f *Found) { f.IngressCidrs, f.SourceGroups = nil, []string{"sg-1", "sg-2"} },
			has: []string{"network.ingressSecurityGroupIds[0]=sg-1", "network.ingressSecurityGroupIds[1]=sg-2"}, not: []string{"network.ingressCidrs", "network.ingressCidrs[0]"}},
		"a network":                 {has: []string{"network.ingressCidrs[0]=10.0.0.0/16"}, not: []string{"network.ingressSecurityGroupIds[0]"}},
		"the key aws/rds":           {change: func(f *Found) { f.Instance.KmsKeyID = "arn:key" }, not: []string{"database.kmsKeyId"}},
		"no minor upgrades":         {change: func(f *Found) { f.Instance.AutoMinorVersionUpgrade = false }, has: []string{"database.engineVersion=16.4"}},
		"insights off":              {change: func(f *Found) { f.Instance.PerformanceInsightsRetentionPeriod = 7 }, has: []string{"database.performanceInsightsRetentionDays=0"}},
		"a parameter":               {change: func(f *Found) { f.Parameters = map[string]string{"rds.force_ssl": "0"} }, has: []string{`database.parameters["rds.force_ssl"]=0`}},
		"an identifier of its own":  {change: func(f *Found) { f.Instance.DBInstanceIdentifier = "legacy" }, has: []string{"database.instanceIdentifier=legacy"}},
		"this program's identifier": {has: []string{"network.subnetGroupName=group"}, not: []string{"database.instanceIdentifier", "database.readReplicaIdentifiers", "database.replicaInstanceClass"}},
		"replicas of another class": {
			change: func(f *Found) {
				f.Replicas = []Instance{{DBInstanceIdentifier: "r2", DBInstanceClass: "db.t3.large", MaxAllocatedStorage: 200}, {DBInstanceIdentifier: "r1", DBInstanceClass: "db.t3.large"}}
			},
			has: []string{"database.readReplicas=2", "database.readReplicaIdentifiers[0]=r1", "database.readReplicaIdentifiers[1]=r2",
				"database.replicaInstanceClass=db.t3.large", "database.replicaMaxAllocatedStorage=200"},
		},
		"replicas of this program": {
			change: func(f *Found) {
				f.Replicas = []Instance{{DBInstanceIdentifier: "mosaic-prod-db-replica-2", DBInstanceClass: "db.t3.micro"}, {DBInstanceIdentifier: "mosaic-prod-db-replica-1", DBInstanceClass: "db.t3.micro"}}
			},
			has: []string{"database.readReplicas=2"}, not: []string{"database.readReplicaIdentifiers[0]", "database.replicaInstanceClass"},
		},
		"objects of this program":   {change: func(f *Found) { f.Configured.Delivery = config.DeliveryPulumi }, has: []string{"delivery=handover"}},
		"a delivery that is chosen": {change: func(f *Found) { f.Configured.Delivery = config.DeliveryGitOps }, not: []string{"delivery"}},
		"the log's retention":       {change: func(f *Found) { f.LogRetention = 7 }, has: []string{"database.logRetentionDays=7"}},
	} {
		f := fitting()
		if test.change != nil {
			test.change(f)
		}
		var settings []string
		for _, setting := range f.Settings() {
			settings = append(settings, setting.Key+"="+setting.Value)
		}
		for _, has := range test.has {
			assert.Contains(t, settings, has, name)
		}
		for _, not := range test.not {
			assert.NotContains(t, strings.Join(settings, "\n"), not+"=", name)
		}
	}
}

// What is not imported is said once, with whoever made it.
func TestLeft(t *testing.T) {
	f := fitting()
	f.Instance.VpcSecurityGroups = []struct{ VpcSecurityGroupID string }{{"sg-1"}, {"sg-2"}}
	f.Instance.ReadReplicaDBInstanceIdentifiers = []string{"r1", "arn:aws:rds:eu-west-1:1:db:r2"}
	f.PasswordFrom, f.RolePolicies = "theirs", []string{"role:CDKDefaultPolicy", "role:imported"}
	f.Stack = &TemplateStack{Resources: []struct{ ResourceType, PhysicalResourceID string }{
		{"AWS::EC2::SecurityGroup", "sg-1"}, {"AWS::CDK::Metadata", "m"}, {"AWS::IAM::Policy", "p"}, {"AWS::RDS::DBInstance", "mosaic-prod-db"},
	}}
	assert.Equal(t, []string{"security group sg-1", "read replica arn:aws:rds:eu-west-1:1:db:r2", "inline policy role:CDKDefaultPolicy", "secret theirs", "AWS::IAM::Policy p"},
		f.Left([]string{"sg-2", "mosaic-prod-db", "role:imported"}))
}

// The tags say who made the instance, where they do.
func TestOrigin(t *testing.T) {
	tagged := func(pairs ...string) Instance {
		var i Instance
		for pair := range slices.Chunk(pairs, 2) {
			i.TagList = append(i.TagList, struct{ Key, Value string }{pair[0], pair[1]})
		}
		return i
	}
	assert.Equal(t, "by the CloudFormation stack S", tagged("aws:cloudformation:stack-name", "S", "ManagedBy", "cdk").Origin())
	assert.Contains(t, tagged("ManagedBy", "pulumi", "Environment", "old").Origin(), "as the environment old")
	assert.Contains(t, tagged("ManagedBy", "terraform").Origin(), "by terraform")
	assert.Contains(t, tagged("Name", "x").Origin(), "no tag")
}

// Objects in the cluster are said with whoever made them.
func TestManaged(t *testing.T) {
	assert.Equal(t, []string{"Job j, made by pulumi; if it is a migration of this application, delete it before the first up, which cannot take over a Job",
		"ServiceAccount a, made by the Helm release core", "ServiceAccount b, made by the Argo CD application apps",
		"ServiceAccount c, made by somebody-else", "ServiceAccount d, made by nobody who left a label"}, managed(`{"items": [
		{"kind": "ServiceAccount", "metadata": {"name": "default"}},
		{"kind": "Job", "metadata": {"name": "j", "labels": {"app.kubernetes.io/managed-by": "pulumi"}}},
		{"kind": "ServiceAccount", "metadata": {"name": "d"}},
		{"kind": "ServiceAccount", "metadata": {"name": "c", "labels": {"app.kubernetes.io/managed-by": "somebody-else"}}},
		{"kind": "ServiceAccount", "metadata": {"name": "b", "annotations": {"argocd.argoproj.io/tracking-id": "apps:/ServiceAccount:ns/b"}}},
		{"kind": "ServiceAccount", "metadata": {"name": "a", "annotations": {"meta.helm.sh/release-name": "core"}, "labels": {"app.kubernetes.io/managed-by": "Helm"}}}]}`))
	assert.Empty(t, managed("no JSON"))
}

// What AWS said is not asked again; what it did not answer is.
func TestRemembering(t *testing.T) {
	var asked []string
	ask := remembering(func(args ...string) (string, error) {
		asked = append(asked, strings.Join(args, " "))
		if len(asked) == 1 {
			return "", errors.New("throttled")
		}
		return strings.Join(asked, ", "), nil
	})
	_, err := ask("a", "b")
	require.Error(t, err)
	for range 2 {
		answer, err := ask("a", "b")
		require.NoError(t, err)
		assert.Equal(t, "a b, a b", answer)
	}
	answer, err := ask("a b")
	require.NoError(t, err)
	assert.Equal(t, "a b, a b, a b", answer, "another question")
}
