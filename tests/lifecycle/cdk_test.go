package lifecycle

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// house is a stack without a state, in an account with a database that CDK made, and what db-adopt calls.
type house struct {
	*desk
	instance map[string]any // as RDS describes it
	answers  [][2]string    // of other calls: a part of their arguments, and what AWS says; the first that fits
}

// newHouse makes prod with the program, lets the state go, and gives everything the names and the settings that CDK gives it.
func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{desk: newDesk(t, live.Started(t, "prod"))}
	stays := []string{live.InstanceType, live.SubnetGroupType, live.ParameterGroupType, live.SecurityGroupType, live.SecretType, live.SecretVersionType, live.RoleType, live.LogGroupType}
	var kinds []string
	for _, r := range h.Resources() {
		if strings.HasPrefix(r.Type, "aws:") && !slices.Contains(stays, r.Type) {
			kinds = append(kinds, r.Type)
		}
	}
	h.CLI("state", "delete", "--all", "--force", "--yes")
	for _, o := range h.Cloud.Objects("") {
		if slices.Contains(kinds, o.Kind) || strings.Contains(o.ID+o.Properties.Text("secretId"), "rds/connection") {
			require.NoError(t, h.Cloud.Remove(o.Kind, o.ID), o.Kind)
		}
	}
	rename := func(kind, name string) {
		o := h.One(kind)
		require.NoError(t, h.Cloud.Remove(kind, o.ID))
		o.Properties["name"], o.Properties["description"] = name, "made by CDK"
		if kind != live.SecurityGroupType {
			o.ID = name
			o.Properties["id"] = name
		}
		require.NoError(t, h.Cloud.Add(o))
	}
	rename(live.SubnetGroupType, "mosaic-prod-db-subnet-group")
	rename(live.ParameterGroupType, "mosaicdatabasestack-parameters-abc")
	rename(live.SecurityGroupType, "mosaic-prod-rds-sg")
	i := h.One(live.InstanceType)
	require.NoError(t, h.Cloud.Edit(live.InstanceType, i.ID, func(p simcloud.Properties) {
		p["dbSubnetGroupName"], p["parameterGroupName"] = "mosaic-prod-db-subnet-group", "mosaicdatabasestack-parameters-abc"
		p["performanceInsightsEnabled"] = false
		delete(p, "performanceInsightsRetentionPeriod")
	}))
	h.describe()
	return h
}

// describe writes down how AWS describes what there is.
func (h *house) describe() {
	h.T.Helper()
	i := h.One(live.InstanceType)
	p := i.Properties
	var subnets []any
	for _, id := range h.One(live.SubnetGroupType).Properties.Texts("subnetIds") {
		subnets = append(subnets, map[string]any{"SubnetIdentifier": id})
	}
	h.instance = map[string]any{
		"DBInstanceIdentifier": "mosaic-prod-db", "DBInstanceStatus": "available", "DbiResourceId": i.ID, "Engine": "postgres",
		"EngineVersion": p.Text("engineVersionActual"), "MasterUsername": p.Text("username"), "DBName": p.Text("dbName"),
		"DBInstanceClass": p.Text("instanceClass"), "StorageType": "gp3", "Iops": 3000, "StorageThroughput": 125,
		"AllocatedStorage": p["allocatedStorage"], "MaxAllocatedStorage": p["maxAllocatedStorage"], "StorageEncrypted": true,
		"KmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/0a1b", "MultiAZ": false, "DeletionProtection": true, "AutoMinorVersionUpgrade": true,
		"IAMDatabaseAuthenticationEnabled": true, "BackupRetentionPeriod": 7, "PreferredBackupWindow": "03:00-04:00",
		"PreferredMaintenanceWindow": "sun:04:00-sun:05:00", "PerformanceInsightsEnabled": false, "MonitoringInterval": 60,
		"Endpoint":               map[string]any{"Port": 5432},
		"DBSubnetGroup":          map[string]any{"DBSubnetGroupName": "mosaic-prod-db-subnet-group", "VpcId": h.One(live.SecurityGroupType).Properties.Text("vpcId"), "Subnets": subnets},
		"VpcSecurityGroups":      []any{map[string]any{"VpcSecurityGroupId": h.One(live.SecurityGroupType).ID}},
		"DBParameterGroups":      []any{map[string]any{"DBParameterGroupName": "mosaicdatabasestack-parameters-abc"}},
		"OptionGroupMemberships": []any{map[string]any{"OptionGroupName": "default:postgres-16"}},
	}
	require.NoError(h.T, h.Cloud.Edit(live.InstanceType, i.ID, func(p simcloud.Properties) { p["monitoringInterval"] = 60.0 }))
	for _, group := range h.Cloud.Objects(live.LogGroupType) {
		require.NoError(h.T, h.Cloud.Edit(live.LogGroupType, group.ID, func(p simcloud.Properties) { p["retentionInDays"] = 7.0 }))
	}
	require.NoError(h.T, h.Cloud.Edit(live.RoleType, "mosaic-prod-core-api-secrets-role", func(p simcloud.Properties) {
		p["assumeRolePolicy"] = `{"Version": "2012-10-17", "Statement": []}`
	}))
	credentials := h.One(live.SecretType)
	content, err := json.Marshal(h.One(live.SecretVersionType).Properties.Text("secretString"))
	require.NoError(h.T, err)
	h.answers = [][2]string{
		{"get-caller-identity", `123456789012`},
		{"kms describe-key", `"AWS"`},
		{"describe-db-parameters", `[{"ParameterName": "statement_timeout", "ParameterValue": "30000"}, {"ParameterName": "rds.force_ssl", "ParameterValue": "1"}]`},
		{"describe-security-groups", `[{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}]`},
		{"describe-secret --secret-id mosaic/prod/rds/credentials --query {ARN", `{"ARN": "` + credentials.ID + `", "KmsKeyId": null}`},
		{"describe-secret --secret-id mosaic/prod/rds/credentials --query ARN", `"` + credentials.ID + `"`},
		{"get-secret-value", string(content)},
		{"get-role --role-name mosaic-prod-core-api-secrets-role", `"mosaic-prod-core-api-secrets-role"`},
		{"retentionInDays", "7"},
		{"describe-log-groups --log-group-name-prefix /aws/rds/instance/mosaic-prod-db/postgresql", `"/aws/rds/instance/mosaic-prod-db/postgresql"`},
		{"describe-log-groups --log-group-name-prefix /aws/rds/instance/mosaic-prod-db/upgrade", `"/aws/rds/instance/mosaic-prod-db/upgrade"`},
	}
}

// adopt runs db-adopt. What AWS does not have is an error of its CLI.
func (h *house) adopt(answer string) (string, error) {
	h.T.Helper()
	described, err := json.Marshal(h.instance)
	require.NoError(h.T, err)
	script := "case \"$*\" in\n*describe-db-instances*) cat <<'END'\n" + string(described) + "\nEND\n;;\n"
	for _, answer := range h.answers {
		script += fmt.Sprintf("*%q*) cat <<'END'\n%s\nEND\n;;\n", answer[0], answer[1])
	}
	h.script("aws", script+"*) echo \"An error occurred: $* does not exist\" >&2; exit 254;;\nesac\n")
	return h.recipe("prod", "adopt", answer)
}
