package cost

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// free lists the fields of the configuration that change nothing in the estimate, with the reason. A section stands for all of its
// fields.
func free() map[string]string {
	const name, when, who, setting = "a name", "when AWS does something", "who may do something", "a setting of PostgreSQL or RDS without a price"
	all := map[string]string{
		"Stack": name, "Environment": name, "AccountID": name, "AllowedAccountIDs": name, "Tier": "its values are in the fields of the database",
		"Cluster": "the cluster exists already", "Network": "the network exists already", "App": "in the cluster",
		"Migrations": "in the cluster", "Pods": "in the cluster", "TLS": "in the cluster", "Delivery": "in the cluster", "GitOps": "a file in a repository",
		"Waivers": "documentation", "PermissionsBoundary": who, "Tags": name,

		"Database.Name": name, "Database.Username": name, "Database.Port": setting, "Database.EngineVersion": setting,
		"Database.AllowMajorVersionUpgrade": who, "Database.AutoMinorVersionUpgrade": when, "Database.ApplyImmediately": when,
		"Database.AvailabilityZone":    "all zones of a region cost the same",
		"Database.MaxAllocatedStorage": "billed once the storage has grown", "Database.ReplicaMaxAllocatedStorage": "billed once the storage has grown",
		"Database.KmsKeyID": "a key that exists already", "Database.SecretKmsKeyID": "a key that exists already",
		"Database.BackupWindow": when, "Database.MaintenanceWindow": when,
		"Database.DeletionProtection": who, "Database.SkipFinalSnapshot": "after the deletion of the instance", "Database.DeleteAutomatedBackups": "after the deletion of the instance",
		"Database.IamDatabaseAuthentication": who, "Database.CaCertIdentifier": setting, "Database.Parameters": setting,
		"Database.PasswordVersion": "the number of secrets stays the same", "Database.MasterPasswordVersion": "the number of secrets stays the same",
		"Database.BootstrapImage": "in the cluster", "Database.IamPrincipals": who, "Database.SecretRecoveryDays": "a deleted secret is free",

		"Pooling.Image": "in the cluster", "Pooling.PoolSize": "in the cluster", "Pooling.MaxClientConnections": "in the cluster",
		"Pooling.TLSSecretName": "in the cluster", "Pooling.Draining": "in the cluster",

		"Budget.MonthlyUSD": "a limit, which costs nothing", "Budget.OnExceed": "a limit, which costs nothing",

		"Restore.Serving": "the number of instances stays the same", "Restore.Unprotected": "the number of instances stays the same",
		"Restore.SnapshotIdentifier": "backups are free to restore", "Restore.PointInTime": "backups are free to restore",
		"Restore.UseLatestRestorableTime": "backups are free to restore", "Restore.SourceInstanceIdentifier": "backups are free to restore",
		"Restore.SourceDbiResourceID": "backups are free to restore",
	}
	for field := range reflect.TypeFor[config.Alerts]().Fields() {
		if field.Type.Kind() == reflect.Int {
			all["Alerts."+field.Name] = "a threshold; the number of alarms is billed"
		}
	}
	return all
}

// large is a configuration that uses everything that has a price.
func large() *config.Config {
	cfg := mvp().Config
	cfg.Database.AllocatedStorage, cfg.Database.Iops, cfg.Database.StorageThroughput = 400, 13000, 600
	cfg.Database.ReadReplicas, cfg.Database.PerformanceInsightsRetentionDays = 1, 7
	cfg.Database.LogRetentionDays, cfg.Budget.ExpectedLogGiB = 30, 1
	cfg.Restore.Generation, cfg.Restore.Serving = 3, 3
	cfg.Alerts.Emails = []string{"a@example.com"}
	return &cfg
}

// TestEveryFieldIsBilledOrFree: each field of the configuration changes the estimate, or is listed as free. Otherwise the estimate
// would miss what a new field costs.
func TestEveryFieldIsBilledOrFree(t *testing.T) {
	named := free()
	fields := reflect.TypeFor[config.Config]()
	for i := range fields.NumField() {
		section := fields.Field(i)
		if section.Type.Kind() != reflect.Struct || named[section.Name] != "" {
			checkField(t, named, section.Name, func(cfg *config.Config) reflect.Value { return reflect.ValueOf(cfg).Elem().Field(i) })
			continue
		}
		for j := range section.Type.NumField() {
			checkField(t, named, section.Name+"."+section.Type.Field(j).Name, func(cfg *config.Config) reflect.Value {
				return reflect.ValueOf(cfg).Elem().Field(i).Field(j)
			})
		}
	}
	assert.Empty(t, named, "listed as free, but there is no such field")
}

// checkField changes a field and expects the estimate to change, unless the field is listed as free.
func checkField(t *testing.T, named map[string]string, name string, field func(*config.Config) reflect.Value) {
	t.Helper()
	cfg := large()
	change(field(cfg), name)
	before, err := Monthly(large(), 0)
	require.NoError(t, err)
	after, err := Monthly(cfg, 0)
	require.NoError(t, err)
	billed := !assert.ObjectsAreEqual(before.Lines, after.Lines)
	assert.NotEqual(t, billed, named[name] != "", "%s: changes the estimate: %t. What AWS charges for belongs in Monthly, everything else in free()", name, billed)
	delete(named, name)
}

// change gives a field another value.
func change(field reflect.Value, name string) {
	chosen := map[string]any{
		"Database.DatabaseInsightsMode": "advanced", "Database.Credentials": config.CredentialsAlternating,
		"Restore.Released": []string{"mosaic-prod-db"}, "Region": "eu-west-1", "Restore.Serving": 2,
	}
	if value, ok := chosen[name]; ok {
		field.Set(reflect.ValueOf(value))
		return
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString("x" + field.String())
	case reflect.Int:
		field.SetInt(2*field.Int() + 1)
	case reflect.Float64:
		field.SetFloat(2*field.Float() + 1)
	case reflect.Bool:
		field.SetBool(!field.Bool())
	case reflect.Slice:
		field.Set(reflect.MakeSlice(field.Type(), (field.Len()+1)%2, 1))
	case reflect.Map:
		field.Set(reflect.MakeMap(field.Type()))
	case reflect.Struct:
		for i := range field.NumField() {
			change(field.Field(i), "")
		}
	default:
		panic(fmt.Sprintf("no other value of %s, a %s", name, field.Kind()))
	}
}
