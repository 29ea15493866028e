package adoption

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// fitting is what can be taken over.
func fitting() *Found {
	f := &Found{Password: "p", Secret: Secret{ARN: "arn"}, IngressCidrs: []string{"10.0.0.0/16"}, Instance: Instance{
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
		"this program runs postgres":    func(f *Found) { f.Instance.Engine = "mysql" },
		"wait until it is available":    func(f *Found) { f.Instance.DBInstanceStatus = "modifying" },
		"copy a snapshot":               func(f *Found) { f.Instance.StorageEncrypted = false },
		"made without a database":       func(f *Found) { f.Instance.DBName = "" },
		"--no-manage-master-user":       func(f *Found) { f.Instance.MasterUserSecret = &struct{ SecretArn string }{"arn"}; f.Password = "" },
		"write the password":            func(f *Found) { f.Password = "" },
		"the subnet group is default":   func(f *Found) { f.Instance.DBSubnetGroup.DBSubnetGroupName = "default" },
		"the option group is my-group:": func(f *Found) { f.Instance.OptionGroupMemberships = []struct{ OptionGroupName string }{{"my-group"}} },
		"let in pl-1, pl-2":             func(f *Found) { f.OtherSources = []string{"pl-1", "pl-2"} },
		"let in nobody at the port":     func(f *Found) { f.IngressCidrs = nil },
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
	f.IngressCidrs = nil
	f.sources(func(into any, _ ...string) bool {
		return assert.NoError(t, json.Unmarshal([]byte(`[
			{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/16"}], "UserIdGroupPairs": [{"GroupId": "sg-2"}, {"GroupId": "sg-1"}]},
			{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1"}, {"GroupId": "sg-9", "VpcPeeringConnectionId": "pcx-1"}], "PrefixListIds": [{"PrefixListId": "pl-1"}]},
			{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": "sg-3"}]}]`), into))
	})
	assert.Equal(t, []string{"10.0.0.0/16"}, f.IngressCidrs)
	assert.Equal(t, []string{"sg-1", "sg-2"}, f.SourceGroups)
	assert.Equal(t, []string{"sg-9 of another VPC", "pl-1"}, f.OtherSources)
}

// The stack file says what the instance is, so that the first up leaves it so.
func TestSettings(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Found)
		has    []string
		not    []string
	}{
		"the baseline of gp3": {has: []string{"database.storageType=gp3", "database.engineVersion=16", "database.readReplicas=0", "delivery=gitops"},
			not: []string{"database.iops", "database.storageThroughput", "database.kmsKeyId", "database.maxAllocatedStorage", "database.secretKmsKeyId"}},
		"gp2 becomes gp3": {change: func(f *Found) { f.Instance.StorageType, f.Instance.Iops = "gp2", 300 }, not: []string{"database.storageType", "database.iops"}},
		"io1":             {change: func(f *Found) { f.Instance.StorageType, f.Instance.Iops = "io1", 1000 }, has: []string{"database.storageType=io1", "database.iops=1000"}},
		"fast gp3": {change: func(f *Found) { f.Instance.Iops, f.Instance.StorageThroughput = 14000, 700 },
			has: []string{"database.iops=14000", "database.storageThroughput=700"}},
		"a key of the customer": {change: func(f *Found) { f.CustomerKey, f.Instance.KmsKeyID, f.Secret.KmsKeyID = true, "arn:key", "arn:other" },
			has: []string{"database.kmsKeyId=arn:key", "database.secretKmsKeyId=arn:other"}},
		"security groups alone": {change: func(f *Found) { f.IngressCidrs, f.SourceGroups = nil, []string{"sg-1", "sg-2"} },
			has: []string{"network.ingressSecurityGroupIds[0]=sg-1", "network.ingressSecurityGroupIds[1]=sg-2"}, not: []string{"network.ingressCidrs", "network.ingressCidrs[0]"}},
		"a network":           {has: []string{"network.ingressCidrs[0]=10.0.0.0/16"}, not: []string{"network.ingressSecurityGroupIds[0]"}},
		"the key aws/rds":     {change: func(f *Found) { f.Instance.KmsKeyID = "arn:key" }, not: []string{"database.kmsKeyId"}},
		"no minor upgrades":   {change: func(f *Found) { f.Instance.AutoMinorVersionUpgrade = false }, has: []string{"database.engineVersion=16.4"}},
		"insights off":        {change: func(f *Found) { f.Instance.PerformanceInsightsRetentionPeriod = 7 }, has: []string{"database.performanceInsightsRetentionDays=0"}},
		"a parameter":         {change: func(f *Found) { f.Parameters = map[string]string{"rds.force_ssl": "0"} }, has: []string{`database.parameters["rds.force_ssl"]=0`}},
		"the log's retention": {change: func(f *Found) { f.LogRetention = 7 }, has: []string{"database.logRetentionDays=7"}},
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
