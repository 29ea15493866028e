package simcloud

import (
	"fmt"
	"maps"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheck(t *testing.T) {
	for name, tc := range map[string]struct {
		typ     string
		changes Properties
		want    string
	}{
		"right":               {instanceType, nil, ""},
		"unknown input":       {instanceType, Properties{"instancClass": "x"}, `instancClass: "instancClass" is not an input`},
		"nested, unknown":     {instanceType, Properties{"blueGreenUpdate": map[string]any{"on": true}}, "blueGreenUpdate.on"},
		"missing":             {instanceType, Properties{"instanceClass": nil}, `"instanceClass" is required`},
		"text for a number":   {instanceType, Properties{"allocatedStorage": "20"}, "allocatedStorage: expected int, got string"},
		"half a gibibyte":     {instanceType, Properties{"allocatedStorage": 20.5}, "allocatedStorage: expected int"},
		"number in a list":    {instanceType, Properties{"vpcSecurityGroupIds": []any{1}}, "vpcSecurityGroupIds[0]: expected string"},
		"conflict":            {instanceType, Properties{"identifierPrefix": "x"}, `"identifier" conflicts with "identifierPrefix"`},
		"too many":            {instanceType, Properties{"domainDnsIps": []any{"1", "2", "3"}}, "domainDnsIps: at most 2 items"},
		"type not simulated":  {"aws:rds/proxy:Proxy", nil, "aws:rds/proxy:Proxy is not simulated: add its facts"},
		"a default conflicts": {instanceType, Properties{"identifier": nil, "identifierPrefix": "x"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.network()
			_, err := w.aws.check(tc.typ, "thing", nil, w.instance.with(tc.changes).propertyMap())
			wantError(t, err, tc.want)
		})
	}
}

func TestAutonaming(t *testing.T) {
	w := newWorld(t)
	group := resource.PropertyMap{"family": resource.NewProperty("postgres16")}
	first, err := w.aws.check(parameterGroupType, "db", nil, group)
	require.NoError(t, err)
	assert.Regexp(t, "^db-[0-9a-f]{7}$", first["name"].StringValue())
	assert.Equal(t, "Managed by Pulumi", first["description"].StringValue())

	named := resource.PropertyMap{"name": resource.NewProperty("db-kept000"), defaultsKey: first[defaultsKey]}
	again, err := w.aws.check(parameterGroupType, "db", named, group)
	require.NoError(t, err)
	assert.Equal(t, "db-kept000", again["name"].StringValue())

	fixed := resource.PropertyMap{"name": resource.NewProperty("fixed")}
	again, err = w.aws.check(parameterGroupType, "db", fixed, group)
	require.NoError(t, err)
	assert.NotEqual(t, "fixed", again["name"].StringValue(), "a name that the program gave is not kept")
}

// Each case breaks a rule, by creating an instance or by changing one.
func TestInstanceRules(t *testing.T) {
	for name, tc := range map[string]struct {
		create, update Properties
		want           string
	}{
		"right":                       {},
		"identifier":                  {create: Properties{"identifier": "Mosaic--db"}, want: "DBInstanceIdentifier is not a valid"},
		"password":                    {create: Properties{"password": "with a/slash"}, want: "MasterUserPassword is not a valid password"},
		"no password":                 {create: Properties{"password": nil}, want: "MasterUserPassword must be provided"},
		"no storage":                  {create: Properties{"allocatedStorage": nil}, want: `"allocatedStorage": required field is not set`},
		"version":                     {create: Properties{"engineVersion": "12"}, want: "Cannot find version 12 for postgres"},
		"family":                      {create: Properties{"engineVersion": "17"}, want: "Please use a Parameter Group with DBParameterGroupFamily postgres17"},
		"subnet group":                {create: Properties{"dbSubnetGroupName": "no"}, want: "DBSubnetGroupNotFoundFault"},
		"parameter group":             {create: Properties{"parameterGroupName": "no"}, want: "DBParameterGroupNotFound"},
		"security group":              {create: Properties{"vpcSecurityGroupIds": texts("sg-1")}, want: "Invalid security group"},
		"iops":                        {create: Properties{"iops": 3000}, want: "storage size less than 400"},
		"ceiling":                     {create: Properties{"maxAllocatedStorage": 21}, want: "at least 10 percent greater"},
		"log export":                  {create: Properties{"enabledCloudwatchLogsExports": texts("audit")}, want: "cannot use the log types 'audit'"},
		"monitoring role":             {create: Properties{"monitoringInterval": 60}, want: "A MonitoringRoleARN value is required"},
		"no such role":                {create: Properties{"monitoringInterval": 60, "monitoringRoleArn": "x"}, want: "IAM role ARN value is invalid"},
		"insights":                    {create: Properties{"performanceInsightsEnabled": true, "performanceInsightsRetentionPeriod": 30}, want: "multiples of 31"},
		"insights, a month":           {create: Properties{"performanceInsightsEnabled": true, "performanceInsightsRetentionPeriod": 31}},
		"advanced":                    {create: Properties{"databaseInsightsMode": "advanced"}, want: "at least 465 days"},
		"snapshot":                    {create: Properties{"snapshotIdentifier": "no"}, want: "DBSnapshotNotFound"},
		"source":                      {create: Properties{"replicateSourceDb": "no", "username": nil, "dbName": nil}, want: "DBInstanceNotFound"},
		"shrink":                      {update: Properties{"allocatedStorage": 19, "maxAllocatedStorage": nil}, want: "19 is less than the current 20"},
		"major":                       {update: Properties{"engineVersion": "17", "parameterGroupName": nil}, want: "AllowMajorVersionUpgrade flag must be present"},
		"major, its family":           {update: Properties{"engineVersion": "17", "allowMajorVersionUpgrade": true}, want: "DBParameterGroupFamily postgres16 cannot be used"},
		"downgrade":                   {update: Properties{"engineVersion": "16.3"}, want: "Cannot upgrade postgres from 16.11 to 16.3"},
		"minor upgrade":               {update: Properties{"engineVersion": "16.12"}},
		"another group, the same VPC": {update: Properties{"dbSubnetGroupName": "other"}, want: "are in the same VPC"},
		"password, of update":         {update: Properties{"password": "short"}, want: "not a valid password"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.network()
			id, _, err := w.aws.create(instanceType, w.instance.with(tc.create))
			if tc.update != nil {
				require.NoError(t, err)
				_, err = w.aws.change(w.cloud, instanceType, id, w.instance, w.instance.with(tc.update))
			}
			wantError(t, err, tc.want)
		})
	}
}

func TestOtherRules(t *testing.T) {
	secret := Properties{"name": "mosaic/prod/rds/connection", "recoveryWindowInDays": 30}
	trust := encodeJSON(map[string]any{"Statement": []any{map[string]any{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}})
	role := Properties{"name": "r", "assumeRolePolicy": trust}
	for name, tc := range map[string]struct {
		do   func(w *world) error
		want string
	}{
		"identifier taken": {func(w *world) error {
			w.aws.must(instanceType, w.instance)
			_, _, err := w.aws.create(instanceType, w.instance)
			return err
		}, "DBInstanceAlreadyExists"},
		"protected": {func(w *world) error {
			id, _ := w.aws.must(instanceType, w.instance.with(Properties{"deletionProtection": true}))
			return w.aws.remove(instanceType, id)
		}, "Cannot delete protected DB Instance"},
		"a key whose policy its maker cannot change": {func(w *world) error {
			_, _, err := w.aws.create(keyType, Properties{"policy": trust})
			return err
		}, "MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy"},
		"the same, knowingly": {func(w *world) error {
			_, _, err := w.aws.create(keyType, Properties{"policy": trust, "bypassPolicyLockoutSafetyCheck": true})
			return err
		}, ""},
		"a policy of a resource that says not to whom": {func(w *world) error {
			_, _, err := w.aws.create(secretType, Properties{"name": "s", "policy": `{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}`})
			return err
		}, "Missing required field Principal"},
		"a policy with what is not simulated": {func(w *world) error {
			_, _, err := w.aws.create(roleType, Properties{"name": "r", "assumeRolePolicy": `{"Statement": [{"Effect": "Deny", "NotAction": "*", "Principal": "*"}]}`})
			return err
		}, `unknown field "NotAction"`},
		"a key with AWS's policy": {func(w *world) error {
			_, _, err := w.aws.create(keyType, Properties{})
			return err
		}, ""},
		"no final snapshot": {func(w *world) error {
			id, _ := w.aws.must(instanceType, w.instance.with(Properties{"skipFinalSnapshot": false}))
			return w.aws.remove(instanceType, id)
		}, "final_snapshot_identifier is required"},
		"final snapshot taken": {func(w *world) error {
			last := w.instance.with(Properties{"skipFinalSnapshot": false, "finalSnapshotIdentifier": "last"})
			for range 2 {
				id, _ := w.aws.must(instanceType, last)
				if err := w.aws.remove(instanceType, id); err != nil {
					return err
				}
			}
			return nil
		}, "DBSnapshotAlreadyExists"},
		"restored": {func(w *world) error {
			id, _ := w.aws.must(instanceType, w.instance.with(Properties{"skipFinalSnapshot": false, "finalSnapshotIdentifier": "last"}))
			require.NoError(w, w.aws.remove(instanceType, id))
			_, made := w.aws.must(instanceType, w.instance.with(Properties{"snapshotIdentifier": "last", "username": nil, "allocatedStorage": nil}))
			assert.Equal(w, "mosaicadmin", made.Text("username"))
			return nil
		}, ""},
		"replica without backups": {func(w *world) error {
			w.aws.must(instanceType, w.instance.with(Properties{"backupRetentionPeriod": 0}))
			_, _, err := w.aws.create(instanceType, Properties{"identifier": "r", "replicateSourceDb": "mosaic-prod-db", "instanceClass": "db.t3.micro"})
			return err
		}, "Automated backups are not enabled"},
		"replica with a final snapshot": {func(w *world) error {
			w.aws.must(instanceType, w.instance)
			id, _ := w.aws.must(instanceType, Properties{
				"identifier": "r", "replicateSourceDb": "mosaic-prod-db", "instanceClass": "db.t3.micro", "finalSnapshotIdentifier": "x",
			})
			return w.aws.remove(instanceType, id)
		}, "can not be specified when deleting a read replica"},
		"backups off, replicas": {func(w *world) error {
			id, _ := w.aws.must(instanceType, w.instance)
			w.aws.must(instanceType, Properties{"identifier": "r", "replicateSourceDb": "mosaic-prod-db", "instanceClass": "db.t3.micro"})
			_, err := w.aws.change(w.cloud, instanceType, id, w.instance, w.instance.with(Properties{"backupRetentionPeriod": 0}))
			return err
		}, "Automated backups must be enabled"},
		"subnet group in use": {func(w *world) error { w.aws.must(instanceType, w.instance); return w.aws.remove(subnetGroupType, "db") }, "is still using it"},
		"parameter group in use": {func(w *world) error {
			w.aws.must(instanceType, w.instance)
			return w.aws.remove(parameterGroupType, "pg16")
		}, "InvalidDBParameterGroupState"},
		"security group in use": {func(w *world) error {
			w.aws.must(instanceType, w.instance)
			return w.aws.remove(securityGroupType, w.group)
		}, "DependencyViolation"},
		"not in use any more": {func(w *world) error {
			id, _ := w.aws.must(instanceType, w.instance)
			require.NoError(w, w.aws.remove(instanceType, id))
			return w.aws.remove(parameterGroupType, "pg16")
		}, ""},
		"another VPC": {func(w *world) error {
			w.aws.must(subnetGroupType, Properties{"name": "dev", "subnetIds": w.privateSubnets("mosaic-dev")})
			_, _, err := w.aws.create(instanceType, w.instance.with(Properties{"dbSubnetGroupName": "dev"}))
			return err
		}, "in different VPCs"},
		"one zone": {func(w *world) error {
			_, _, err := w.aws.create(subnetGroupType, Properties{"name": "x", "subnetIds": w.privateSubnets("mosaic-prod")[:1]})
			return err
		}, "DBSubnetGroupDoesNotCoverEnoughAZs"},
		"two VPCs": {func(w *world) error {
			both := append(w.privateSubnets("mosaic-prod"), w.privateSubnets("mosaic-dev")...)
			_, _, err := w.aws.create(subnetGroupType, Properties{"name": "x", "subnetIds": both})
			return err
		}, "not all in the same VPC"},
		"static parameter": {func(w *world) error {
			_, _, err := w.aws.create(parameterGroupType, Properties{
				"name": "x", "family": "postgres16", "parameters": []any{map[string]any{"name": "max_connections", "value": "9"}},
			})
			return err
		}, "cannot use immediate apply method for static parameter"},
		"a parameter that PostgreSQL 18 has changed": {func(_ *world) error {
			with := func(family, name, value string) Properties {
				return Properties{"name": family, "family": family, "parameters": []any{map[string]any{"name": name, "value": value, "applyMethod": "immediate"}}}
			}
			require.NoError(t, updateParameterGroup(nil, nil, with("postgres17", "log_connections", "1")))
			require.NoError(t, updateParameterGroup(nil, nil, with("postgres18", "log_connections", "all")))
			require.NoError(t, updateParameterGroup(nil, nil, with("postgres18", "autovacuum_max_workers", "5")))
			require.Error(t, updateParameterGroup(nil, nil, with("postgres17", "autovacuum_max_workers", "5")))
			return updateParameterGroup(nil, nil, with("postgres18", "log_connections", "1"))
		}, "allowed values are: receipt, authentication"},
		"log group taken by RDS": {func(w *world) error {
			w.aws.must(instanceType, w.instance.with(Properties{"enabledCloudwatchLogsExports": texts("upgrade")}))
			_, _, err := w.aws.create(logGroupType, Properties{"name": "/aws/rds/instance/mosaic-prod-db/upgrade"})
			return err
		}, "ResourceAlreadyExistsException"},
		"log retention": {func(w *world) error {
			_, _, err := w.aws.create(logGroupType, Properties{"name": "x", "retentionInDays": 31})
			return err
		}, "retentionInDays 31 is not one of"},
		"secret taken": {func(w *world) error {
			w.aws.must(secretType, secret)
			_, _, err := w.aws.create(secretType, secret)
			return err
		}, "ResourceExistsException"},
		"secret in its recovery window": {func(w *world) error {
			id, _ := w.aws.must(secretType, secret)
			require.NoError(w, w.aws.remove(secretType, id))
			require.Len(w, w.cloud.Objects(DeletedSecret), 1)
			_, _, err := w.aws.create(secretType, secret)
			return err
		}, "already scheduled for deletion"},
		"secret without recovery": {func(w *world) error {
			id, _ := w.aws.must(secretType, secret.with(Properties{"recoveryWindowInDays": 0}))
			require.NoError(w, w.aws.remove(secretType, id))
			_, _, err := w.aws.create(secretType, secret)
			return err
		}, ""},
		"recovery of three days": {func(w *world) error {
			_, _, err := w.aws.create(secretType, secret.with(Properties{"recoveryWindowInDays": 3}))
			return err
		}, "to be 0 or 7 to 30, got 3"},
		"value without a secret": {func(w *world) error {
			_, _, err := w.aws.create(secretVersionType, Properties{"secretId": "no", "secretString": "x"})
			return err
		}, "ResourceNotFoundException"},
		"role taken": {func(w *world) error {
			w.aws.must(roleType, role)
			_, _, err := w.aws.create(roleType, role)
			return err
		}, "EntityAlreadyExists"},
		"policy is not JSON": {func(w *world) error {
			_, _, err := w.aws.create(roleType, role.with(Properties{"assumeRolePolicy": "{"}))
			return err
		}, "MalformedPolicyDocument"},
		"policy without a role": {func(w *world) error {
			_, _, err := w.aws.create(rolePolicyType, Properties{"role": "no", "policy": trust})
			return err
		}, "NoSuchEntity"},
		"role with a policy": {func(w *world) error {
			w.aws.must(roleType, role)
			w.aws.must(rolePolicyType, Properties{"role": "r", "policy": trust})
			return w.aws.remove(roleType, "r")
		}, "must delete policies first"},
		"description of a rule": {func(w *world) error {
			_, _, err := w.aws.create(securityGroupType, Properties{
				"name": "x", "vpcId": w.eks.Text("vpcConfig", "vpcId"), "description": "the application's pods",
			})
			return err
		}, "Invalid security group description"},
		"rule for a group that is not there": {func(w *world) error { return letIn(w, 0, "sg-0123456789abcdef0") }, "The security group 'sg-0123456789abcdef0' does not exist"},
		"rule for a group elsewhere":         {func(w *world) error { return letIn(w, 0, DefaultSecurityGroup("mosaic-dev")) }, "belong to different networks"},
		"more rules than the quota": {func(w *world) error {
			return letIn(w, 60, DefaultSecurityGroup("mosaic-prod"))
		}, "The maximum number of rules per security group has been reached"},
		"tag": {func(w *world) error {
			_, _, err := w.aws.create(topicType, Properties{"name": "x", "tags": map[string]any{"a": "b;c"}})
			return err
		}, `tag "a" = "b;c"`},
		"subscription without a topic": {func(w *world) error {
			_, _, err := w.aws.create("aws:sns/topicSubscription:TopicSubscription", Properties{"topic": "no", "protocol": "email", "endpoint": "a@b"})
			return err
		}, "Topic does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.network()
			wantError(t, tc.do(w), tc.want)
		})
	}
}

// letIn makes a security group with a rule for that many networks and another group.
func letIn(w *world, networks int, group string) error {
	cidrs := make([]string, networks)
	for i := range cidrs {
		cidrs[i] = fmt.Sprintf("10.%d.0.0/16", i)
	}
	_, _, err := w.aws.create(securityGroupType, Properties{"name": "x", "vpcId": w.eks.Text("vpcConfig", "vpcId"), "ingress": []any{
		map[string]any{"protocol": "tcp", "fromPort": 5432, "toPort": 5432, "cidrBlocks": texts(cidrs...), "securityGroups": texts(group)},
	}})
	return err
}

func TestDiff(t *testing.T) {
	policy := func(action string) string {
		return encodeJSON(map[string]any{"Statement": []any{map[string]any{"Effect": "Allow", "Action": action}}})
	}
	parameters := func(method string) Properties {
		return Properties{"name": "p", "family": "postgres16", "parameters": []any{
			map[string]any{"name": "log_statement", "value": "ddl", "applyMethod": method},
		}}
	}
	for name, tc := range map[string]struct {
		typ      string
		from, to Properties // from nil: the world's instance, and to is what changes
		edit     Properties // by somebody else, before the change
		diffs    []string
		replaces bool
		first    bool // deleted before it is replaced
	}{
		"nothing":                     {typ: instanceType},
		"class":                       {typ: instanceType, to: Properties{"instanceClass": "db.t3.small"}, diffs: []string{"instanceClass"}},
		"identifier":                  {typ: instanceType, to: Properties{"identifier": "x"}, diffs: []string{"identifier"}, replaces: true},
		"username":                    {typ: instanceType, to: Properties{"username": "x"}, diffs: []string{"username"}, replaces: true},
		"unset, chosen by RDS":        {typ: instanceType, to: Properties{"backupRetentionPeriod": nil}},
		"unset, off by default":       {typ: instanceType, to: Properties{"maxAllocatedStorage": nil}, diffs: []string{"maxAllocatedStorage"}},
		"storage that has grown":      {typ: instanceType, to: Properties{"allocatedStorage": 25}, edit: Properties{"allocatedStorage": 40.0}},
		"encryption of a replica":     {typ: instanceType, to: Properties{"storageEncrypted": nil}, diffs: []string{"storageEncrypted"}, replaces: true},
		"tags":                        {typ: instanceType, to: Properties{"tags": map[string]any{"a": "b"}}, diffs: []string{"tags", "tagsAll"}},
		"layout of a policy":          {typ: roleType, from: Properties{"name": "r", "assumeRolePolicy": policy("a")}, to: Properties{"assumeRolePolicy": "\n" + policy("a")}},
		"policy":                      {typ: roleType, from: Properties{"name": "r", "assumeRolePolicy": policy("a")}, to: Properties{"assumeRolePolicy": policy("b")}, diffs: []string{"assumeRolePolicy"}},
		"fixed name":                  {typ: roleType, from: Properties{"name": "r", "assumeRolePolicy": policy("a")}, to: Properties{"path": "/x/"}, diffs: []string{"path"}, replaces: true, first: true},
		"generated name":              {typ: parameterGroupType, from: Properties{"family": "postgres16"}, to: Properties{"family": "postgres17"}, diffs: []string{"family"}, replaces: true},
		"nothing but the method":      {typ: parameterGroupType, from: parameters("immediate"), to: parameters("pending-reboot")},
		"retention of a log group":    {typ: logGroupType, from: Properties{"name": "l", "retentionInDays": 7}, to: Properties{"retentionInDays": 30}, diffs: []string{"retentionInDays"}},
		"description of a secret":     {typ: secretType, from: Properties{"name": "s"}, to: Properties{"description": "x"}, diffs: []string{"description"}},
		"recovery window of a secret": {typ: secretType, from: Properties{"name": "s"}, to: Properties{"recoveryWindowInDays": 0}, diffs: []string{"recoveryWindowInDays"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.network()
			from := tc.from
			if from == nil {
				from = w.instance
			}
			id, _ := w.aws.must(tc.typ, from)
			if tc.edit != nil {
				require.NoError(t, w.cloud.Edit(tc.typ, id, func(p Properties) { maps.Copy(p, tc.edit) }))
			}
			diff, err := w.aws.change(w.cloud, tc.typ, id, from, from.with(tc.to))
			require.NoError(t, err)
			assert.Equal(t, tc.diffs, diff.Diffs)
			assert.Equal(t, tc.replaces, len(diff.Replaces) > 0)
			assert.Equal(t, tc.first, diff.DeleteBeforeReplace)
			assert.Equal(t, tc.diffs != nil, diff.Changes == pulumirpc.DiffResponse_DIFF_SOME)
		})
	}
}

// Subnets are a set, so another order is no change.
func TestSetOrder(t *testing.T) {
	w := newWorld(t)
	ids := w.privateSubnets("mosaic-prod")
	from := Properties{"name": "g", "subnetIds": ids}
	id, _ := w.aws.must(subnetGroupType, from)
	diff, err := w.aws.change(w.cloud, subnetGroupType, id, from, Properties{"name": "g", "subnetIds": []any{ids[2], ids[0], ids[1]}})
	require.NoError(t, err)
	assert.Empty(t, diff.Diffs)
	diff, err = w.aws.change(w.cloud, subnetGroupType, id, from, Properties{"name": "g", "subnetIds": ids[:2]})
	require.NoError(t, err)
	assert.Equal(t, []string{"subnetIds"}, diff.Diffs)
}

func TestPreviewAndCreate(t *testing.T) {
	w := newWorld(t)
	w.network()
	inputs := w.instance.propertyMap()
	inputs["vpcSecurityGroupIds"] = resource.MakeComputed(resource.NewProperty(""))
	_, previewed, err := w.aws.createIn(true, instanceType, inputs)
	require.NoError(t, err)
	for _, unknown := range []resource.PropertyKey{"endpoint", "arn", "port", "kmsKeyId", "vpcSecurityGroupIds", "engineVersionActual"} {
		assert.True(t, previewed[unknown].IsComputed(), unknown)
	}
	assert.Equal(t, "db.t3.micro", previewed["instanceClass"].StringValue())
	assert.True(t, previewed["password"].IsSecret())
	assert.Empty(t, w.cloud.Objects(instanceType), "a preview makes nothing")
	assert.NotContains(t, w.cloud.Log(), Operation{Op: "create", Type: instanceType, Name: "thing"})

	id, made, err := w.aws.createIn(false, instanceType, w.instance.propertyMap())
	require.NoError(t, err)
	assert.Regexp(t, "^db-[0-9A-F]{26}$", id)
	assert.True(t, made["password"].IsSecret())
	out := fromPropertyMap(made)
	assert.Regexp(t, `^mosaic-prod-db\.[0-9a-z]+\.us-east-1\.rds\.amazonaws\.com:5432$`, out.Text("endpoint"))
	assert.Equal(t, "arn:aws:rds:us-east-1:111122223333:db:mosaic-prod-db", out.Text("arn"))
	assert.Equal(t, "16.11", out.Text("engineVersionActual"))
	assert.Equal(t, "16", out.Text("engineVersion"))
	assert.Equal(t, "mosaic", out.Text("tagsAll", "project"))
}

// A refresh shows no difference after an automatic upgrade or storage growth; it shows other changes.
func TestRead(t *testing.T) {
	w := newWorld(t)
	w.network()
	id, made := w.aws.must(instanceType, w.instance)
	require.NoError(t, w.cloud.Edit(instanceType, id, func(p Properties) {
		p["engineVersionActual"], p["instanceClass"] = "16.12", "db.t3.large"
	}))
	state, err := encode(made.propertyMap())
	require.NoError(t, err)
	inputs, err := encode(w.instance.propertyMap())
	require.NoError(t, err)
	resp, err := w.aws.server.Read(w.aws.context(), &pulumirpc.ReadRequest{
		Id: id, Type: instanceType, Urn: w.aws.urn(instanceType, "thing"), Properties: state, Inputs: inputs,
	})
	require.NoError(t, err)
	read, err := decode(resp.Inputs)
	require.NoError(t, err)
	assert.Equal(t, w.instance.with(Properties{"instanceClass": "db.t3.large"}).clone(), fromPropertyMap(read))

	require.NoError(t, w.aws.remove(instanceType, id))
	resp, err = w.aws.server.Read(w.aws.context(), &pulumirpc.ReadRequest{Id: id, Type: instanceType, Properties: state, Inputs: inputs})
	require.NoError(t, err)
	assert.Empty(t, resp.Id, "what is gone has no id")
}

func TestConfigureAWS(t *testing.T) {
	cloud, err := Open("")
	require.NoError(t, err)
	c := client{t, newEndpoint(cloud, &aws{cloud})}
	cloud.AccountID = "999999999999"
	config := Properties{"region": "us-east-1", "allowedAccountIds": `["111122223333"]`}
	wantError(t, c.configure(config), "AWS account ID not allowed: 999999999999")
	cloud.AccountID = ""
	require.NoError(t, c.configure(config))
	identity, err := c.invoke("aws:index/getCallerIdentity:getCallerIdentity", nil)
	require.NoError(t, err)
	assert.Equal(t, "111122223333", identity.Text("accountId"))
	wantError(t, c.configure(config.with(Properties{"allowedAccountIds": `["2"]`})), "AWS account ID not allowed: 111122223333")
	wantError(t, c.configure(Properties{}), "invalid AWS Region")
}

func TestLookups(t *testing.T) {
	w := newWorld(t)
	_, err := w.aws.invoke("aws:eks/getCluster:getCluster", Properties{"name": "nope"})
	wantError(t, err, "ResourceNotFoundException: No cluster found for name: nope")

	vpc, err := w.aws.invoke("aws:ec2/getVpc:getVpc", Properties{"id": w.eks.Text("vpcConfig", "vpcId")})
	require.NoError(t, err)
	assert.Equal(t, "10.0.0.0/16", vpc.Text("cidrBlock"))

	filters := []any{map[string]any{"name": "vpc-id", "values": texts(vpc.Text("id"))}}
	for _, args := range []Properties{
		{"filters": append(filters, map[string]any{"name": "tag:kubernetes.io/role/internal-elb", "values": texts("1")})},
		{"filters": filters, "tags": map[string]any{"kubernetes.io/role/internal-elb": "1"}},
	} {
		private, err := w.aws.invoke("aws:ec2/getSubnets:getSubnets", args)
		require.NoError(t, err)
		assert.ElementsMatch(t, w.privateSubnets("mosaic-prod"), private["ids"])
	}
	_, err = w.aws.invoke("aws:ec2/getSubnets:getSubnets", Properties{"filters": []any{map[string]any{"name": "vpc"}}})
	wantError(t, err, "The filter 'vpc' is invalid")

	own := w.eks.Text("vpcConfig", "clusterSecurityGroupId")
	groups := map[string]any{"name": "group-id", "values": texts(own, DefaultSecurityGroup("mosaic-dev"), DefaultSecurityGroup("mosaic-prod"))}
	found, err := w.aws.invoke("aws:ec2/getSecurityGroups:getSecurityGroups", Properties{"filters": append(filters, groups)})
	require.NoError(t, err)
	assert.ElementsMatch(t, texts(own, DefaultSecurityGroup("mosaic-prod")), found["ids"], "the one of another VPC is not among them")
	_, err = w.aws.invoke("aws:ec2/getSecurityGroups:getSecurityGroups", Properties{"filters": []any{map[string]any{"name": "vpc"}}})
	wantError(t, err, "The filter 'vpc' is invalid")

	issuer := w.eks.List("identities")[0].List("oidcs")[0].Text("issuer")
	oidc, err := w.aws.invoke("aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider", Properties{"url": issuer})
	require.NoError(t, err)
	assert.Equal(t, "arn:aws:iam::111122223333:oidc-provider/"+issuer[len("https://"):], oidc.Text("arn"))
	topic, err := w.aws.invoke("aws:sns/getTopic:getTopic", Properties{"name": "on-call"})
	require.NoError(t, err)
	assert.Equal(t, "arn:aws:sns:us-east-1:111122223333:on-call", topic.Text("arn"))
	_, err = w.aws.invoke("aws:sns/getTopic:getTopic", Properties{"name": "mosaic-none"})
	wantError(t, err, "no matching SNS Topic found")
	_, err = w.aws.invoke("aws:rds/getProxy:getProxy", nil)
	wantError(t, err, "is not simulated")
}

// What a policy denies in a way that is not known here is denied, and so is what a trust policy denies beside what it allows.
func TestDenied(t *testing.T) {
	a := action{name: "secretsmanager:GetSecretValue", resource: "r"}
	const allow = `{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`
	assert.Equal(t, "Allow", a.effect(allow))
	for _, deny := range []string{
		`{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": 1}}}}`,
		`{"Statement": {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}}`, "{",
	} {
		assert.Equal(t, "Deny", a.effect(allow, deny), deny)
	}
	w := webIdentity{"provider", "issuer", "system:serviceaccount:ns:app"}
	const may = `{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "provider"},
		"Condition": {"StringEquals": {"issuer:sub": "system:serviceaccount:ns:app", "issuer:aud": "sts.amazonaws.com"}}}`
	statements := func(more string) string { return `{"Statement": [` + may + more + `]}` }
	require.NoError(t, w.trustedBy(statements("")))
	denied := `, {"Effect": "Deny", "Action": "sts:*", "Principal": "*", "Condition": {"StringLike": {"issuer:sub": "*:%s"}}}`
	require.ErrorContains(t, w.trustedBy(statements(fmt.Sprintf(denied, "app"))), "denies it explicitly")
	require.NoError(t, w.trustedBy(statements(fmt.Sprintf(denied, "other"))))
}
