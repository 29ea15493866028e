package cost

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// large is a configuration that uses everything that has a price.
func large() *config.Config {
	cfg := mvp().Config
	cfg.Database.AllocatedStorage, cfg.Database.Iops, cfg.Database.StorageThroughput = 400, 13000, 600
	cfg.Database.ReadReplicas, cfg.Database.PerformanceInsightsRetentionDays = 1, 7
	cfg.Database.LogRetentionDays, cfg.Budget.ExpectedLogGiB = 30, 1
	cfg.Database.Audit, cfg.Budget.ExpectedAuditGiB = []string{"ddl"}, 1
	cfg.Restore.Generation, cfg.Restore.Serving = 3, 3
	cfg.Alerts.Emails, cfg.Backups.CopyToRegion = []string{"a@example.com"}, "us-west-2"
	return &cfg
}

// scaling is the same with an Aurora cluster.
func scaling() *config.Config {
	cfg := large()
	cfg.Database = config.Database{
		Engine: config.AuroraPostgreSQL, InstanceClass: config.ServerlessClass, StorageType: "aurora", MinCapacity: 0.5, MaxCapacity: 4, ReadReplicas: 1,
		BackupRetentionDays: 7, DatabaseInsightsMode: "standard", PerformanceInsightsRetentionDays: 7, LogRetentionDays: 30,
	}
	cfg.Backups = config.Backups{} // RDS copies those of instances alone
	cfg.Budget = config.Budget{ExpectedLogGiB: 1, ExpectedStorageGiB: 10, ExpectedBackupGiB: 10, ExpectedMillionIOs: 10}
	return cfg
}

// TestEveryFieldIsBilledOrFree: each field of the configuration changes the estimate, or its tag says why it is free. Otherwise the
// estimate would miss what a new field costs. A section that is free stands for all of its fields.
func TestEveryFieldIsBilledOrFree(t *testing.T) {
	for section := range reflect.TypeFor[config.Config]().Fields() {
		if _, configured := section.Tag.Lookup("key"); !configured {
			continue
		}
		if section.Type.Kind() != reflect.Struct || section.Tag.Get("free") != "" {
			checkField(t, section.Name, section.Tag.Get("free"), func(cfg *config.Config) reflect.Value {
				return reflect.ValueOf(cfg).Elem().FieldByIndex(section.Index)
			})
			continue
		}
		for field := range section.Type.Fields() {
			if _, configured := field.Tag.Lookup("key"); !configured {
				continue
			}
			checkField(t, section.Name+"."+field.Name, field.Tag.Get("free"), func(cfg *config.Config) reflect.Value {
				return reflect.ValueOf(cfg).Elem().FieldByIndex(section.Index).FieldByIndex(field.Index)
			})
		}
	}
}

// checkField changes a field and expects the estimate to change, unless the field is free.
func checkField(t *testing.T, name, free string, field func(*config.Config) reflect.Value) {
	t.Helper()
	billed := false
	for _, of := range []func() *config.Config{large, scaling} {
		cfg := of()
		change(field(cfg), name)
		before, err := Monthly(of(), 0)
		require.NoError(t, err)
		after, err := Monthly(cfg, 0)
		require.NoError(t, err)
		billed = billed || !assert.ObjectsAreEqual(before.Lines, after.Lines)
	}
	assert.NotEqual(t, billed, free != "", "%s: changes the estimate: %t. What AWS charges for belongs in Monthly; of everything else, a tag says why it is free", name, billed)
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
		for i := range field.Len() {
			if field.Index(i).Kind() == reflect.Pointer {
				field.Index(i).Set(reflect.New(field.Type().Elem().Elem()))
			}
		}
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
