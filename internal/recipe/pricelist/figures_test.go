package pricelist

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A product counts for one price of the table, or for none: what is priced apart under a name that is alike must not be mixed in.
func TestFigure(t *testing.T) {
	for attributes, want := range map[string]string{
		`"usagetype": "EU-InstanceUsage:db.t3.micro", "instanceType": "db.t3.micro", "databaseEngine": "PostgreSQL", "deploymentOption": "Single-AZ"`:                                   "db.t3.micro Single-AZ",
		`"usagetype": "EU-Multi-AZUsage:db.t3.micro", "instanceType": "db.t3.micro", "databaseEngine": "PostgreSQL", "deploymentOption": "Multi-AZ"`:                                    "db.t3.micro Multi-AZ",
		`"usagetype": "EU-Multi-AZUsage:db.t3.micro", "instanceType": "db.t3.micro", "databaseEngine": "PostgreSQL", "deploymentOption": "Multi-AZ (readable standbys)"`:                "",
		`"usagetype": "EU-Multi-AZClusterUsage:db.t3.micro", "instanceType": "db.t3.micro", "databaseEngine": "PostgreSQL", "deploymentOption": "Multi-AZ"`:                             "",
		`"usagetype": "EU-InstanceUsage:db.t3.micro", "instanceType": "db.t3.micro", "databaseEngine": "Aurora PostgreSQL", "deploymentOption": "Single-AZ"`:                            "",
		`"usagetype": "EU-InstanceUsage:db.t3.micro", "instanceType": "db.t3.micro", "databaseEngine": "PostgreSQL", "deploymentOption": "Single-AZ", "regionCode": "eu-west-2"`:        "",
		`"usagetype": "EU-InstanceUsage:db.t3.micro", "instanceType": "db.t3.micro", "databaseEngine": "PostgreSQL", "deploymentOption": "Single-AZ", "locationType": "AWS Local Zone"`: "",
		`"usagetype": "EU-RDS:PIOPS", "databaseEngine": "Any"`:                       "io1 IOPS-month",
		`"usagetype": "EU-RDS:PIOPS", "databaseEngine": "SQL Server"`:                "",
		`"usagetype": "RDS:GP3-Storage", "databaseEngine": "PostgreSQL"`:             "gp3 GB-month",
		`"usagetype": "eu-west-1-RDS:GP3-Storage", "databaseEngine": "PostgreSQL"`:   "gp3 GB-month",
		`"usagetype": "Global-RDS:GP3-Storage", "databaseEngine": "PostgreSQL"`:      "",
		`"usagetype": "XRDS:GP3-Storage", "databaseEngine": "PostgreSQL"`:            "",
		`"usagetype": "EU-RDS:Multi-AZ-GP3-Storage", "databaseEngine": "PostgreSQL"`: "",
		`"usagetype": "EU-KMS-Keys"`:                                                 "", // of another service
	} {
		var p product
		require.NoError(t, json.Unmarshal([]byte(`{"attributes": {`+attributes+`}}`), &p))
		l := list{service: rds, region: "eu-west-1", items: items()}
		f, units, ok := l.figure(p)
		assert.Equal(t, want, f.String(), attributes)
		assert.Equal(t, want != "", ok, attributes)
		assert.Equal(t, want != "", len(units) > 0, attributes)
	}
}

// Of tiers, the first that costs something counts, in whatever order they come.
func TestTiers(t *testing.T) {
	tiers := func(all ...[2]string) priced {
		dimensions := map[string]dimension{}
		for _, tier := range all {
			dimensions[tier[0]+tier[1]] = dimension{Unit: "GB", BeginRange: tier[0], PricePerUnit: map[string]string{"USD": tier[1]}}
		}
		return priced{units: map[string]float64{"GB": 10}, terms: map[string]term{"on demand": {dimensions}}}
	}
	for range 20 { // the order of a map
		usd, problem := tiers([2]string{"1024", "0.2"}, [2]string{"5", "0.5"}, [2]string{"0", "0"}, [2]string{"10240", "0.1"}).usd()
		assert.Equal(t, 5.0, usd, "of ten")
		assert.Empty(t, problem)
	}
	usd, problem := tiers([2]string{"0", "0"}).usd()
	assert.Zero(t, usd)
	assert.Empty(t, problem)
	_, problem = tiers([2]string{"0", "0.2"}, [2]string{"0", "0.1"}).usd()
	assert.Contains(t, problem, "in one tier: one has to be left")
}
