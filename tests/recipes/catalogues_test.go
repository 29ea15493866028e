package recipes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/parameters"
)

// engineDefaults is an answer of RDS, in its form: made up from what others published of theirs. RDS has hundreds more.
const engineDefaults = `[
{"ParameterName": "work_mem", "Description": "(kB) memory of a sort", "Source": "engine-default", "ApplyType": "dynamic", "DataType": "integer", "AllowedValues": "64-2147483647", "IsModifiable": true, "ApplyMethod": "pending-reboot"},
{"ParameterName": "port", "ParameterValue": "{EndPointPort}", "Description": "the port", "Source": "system", "ApplyType": "static", "DataType": "integer", "AllowedValues": "1-65535", "IsModifiable": false, "ApplyMethod": "pending-reboot"},
{"ParameterName": "TimeZone", "ParameterValue": "UTC", "Description": "the zone", "Source": "system", "ApplyType": "dynamic", "DataType": "string", "AllowedValues": "Europe/Berlin, UTC", "IsModifiable": true, "ApplyMethod": "pending-reboot"},
{"ParameterName": "temp_file_limit", "Description": "kilobytes of temporary files", "Source": "engine-default", "ApplyType": "dynamic", "DataType": "integer", "AllowedValues": "-1-2147483647", "IsModifiable": true, "ApplyMethod": "pending-reboot"},
{"ParameterName": "shared_preload_libraries", "ParameterValue": "pg_stat_statements", "Description": "libraries", "Source": "system", "ApplyType": "static", "DataType": "list", "AllowedValues": "auto_explain,pg_cron,pg_stat_statements", "IsModifiable": true, "ApplyMethod": "pending-reboot"}
]`

// defaultsOf is the call that asks for a family.
func defaultsOf(region, family, answer string) call {
	return on("aws --region "+region+" rds describe-engine-default-parameters --db-parameter-group-family "+family+" --query EngineDefaults.Parameters --output json", strings.ReplaceAll(answer, "\n", ""))
}

// TestParameterCatalogues: the catalogues are what RDS answers; with an answer that fails, all stay as they are.
func TestParameterCatalogues(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, "")
	folder := filepath.Join(b.project, "internal", "parameters", "families")
	require.NoError(t, os.MkdirAll(folder, 0o700))
	r := b.just("", "parameter-catalogues", "prod")
	require.Equal(t, 2, r.code, "they are the same for every stack: %s", r.stderr)
	b.expect(defaultsOf("us-east-1", "postgres16", engineDefaults), defaultsOf("us-east-1", "postgres17", "x").do("echo 'no credentials' >&2; exit 255"))
	r = b.just("", "parameter-catalogues")
	require.Equal(t, 255, r.code, "of the AWS CLI")
	assert.Contains(t, r.stderr, "no credentials")
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, left)

	b.again()
	for _, family := range parameters.Families() {
		b.expect(defaultsOf("eu-central-1", family, engineDefaults))
	}
	r = b.just("", "parameter-catalogues", "--region=eu-central-1")
	require.Zero(t, r.code, r.stderr)
	assert.Contains(t, r.stderr, "parameter-catalogues: postgres17: 5 parameters")
	content, err := os.ReadFile(filepath.Join(folder, "postgres17.json"))
	require.NoError(t, err)
	var c parameters.Catalogue
	require.NoError(t, json.Unmarshal(content, &c))
	date := c.Date
	c.Date = ""
	assert.Equal(t, parameters.Catalogue{
		Family: "postgres17", Source: "aws rds describe-engine-default-parameters", Complete: true,
		Parameters: []parameters.Parameter{
			{Name: "port", DataType: "integer", AllowedValues: "1-65535", ApplyType: "static", Modifiable: parameters.Fixed, Default: "{EndPointPort}"},
			{Name: "shared_preload_libraries", DataType: "list", AllowedValues: "auto_explain,pg_cron,pg_stat_statements", ApplyType: "static", Default: "pg_stat_statements"},
			{Name: "temp_file_limit", DataType: "integer", AllowedValues: "-1-2147483647", Unit: "kB", ApplyType: "dynamic"}, // the unit is that of the catalogue before
			{Name: "timezone", DataType: "string", AllowedValues: "Europe/Berlin,UTC", ApplyType: "dynamic", Default: "UTC"},
			{Name: "work_mem", DataType: "integer", AllowedValues: "64-2147483647", Unit: "kB", ApplyType: "dynamic"},
		},
	}, c)
	_, err = time.Parse(time.DateOnly, date)
	require.NoError(t, err)
	zone, _ := c.Lookup("timezone")
	assert.Nil(t, zone.Check("Europe/Berlin"))
	assert.Equal(t, "Europe/Berlin", zone.Check("Europa/Berlin").Fix)
	assert.Equal(t, "pending-reboot", c.ApplyMethod("timezone", "UTC"), "for a parameter with its default value RDS reports that")
	assert.Equal(t, "immediate", c.ApplyMethod("timezone", "Europe/Berlin"))
}
