package cost

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func mvp() Usage {
	return Usage{
		Region: "us-east-1", InstanceClass: "db.t3.micro", VCPU: 2, StorageType: "gp3", AllocatedStorage: 20,
		Secrets: 2, BackupRetentionDays: 7, InsightsMode: "standard",
	}
}

func TestMonthly(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Usage)
		total  float64
	}{
		// 0.018 × 730 + 20 × 0.115 + 2 × 0.40
		"mvp": {func(*Usage) {}, 16.24},
		// twice the instance and the storage
		"Multi-AZ": {func(u *Usage) { u.MultiAz = true }, 31.68},
		// one more instance and volume
		"replica": {func(u *Usage) { u.Replicas, u.ReplicaClass = 1, "db.t3.small" }, 16.24 + 26.28 + 2.30},
		"alarms":  {func(u *Usage) { u.Alarms = 5 }, 16.74},
		// 2,000 IOPS beyond the 12,000 that 400 GiB include
		"IOPS": {func(u *Usage) { u.AllocatedStorage, u.Iops = 400, 14000 }, 13.14 + 46 + 40 + 0.80},
		// 4 vCPUs with the standby
		"advanced insights": {func(u *Usage) { u.MultiAz, u.InsightsMode, u.InsightsRetention = true, "advanced", 465 }, 31.68 + 36.50},
		"free insights":     {func(u *Usage) { u.InsightsRetention = 7 }, 16.24},
	} {
		t.Run(name, func(t *testing.T) {
			usage := mvp()
			test.change(&usage)
			estimate, err := Monthly(usage)
			require.NoError(t, err)
			assert.InDelta(t, test.total, estimate.Total, 0.005)
			assert.Empty(t, estimate.Unknown())
		})
	}
}

func TestTheSeedsBillHolds(t *testing.T) {
	usage := mvp()
	usage.Alarms = 2
	estimate, err := Monthly(usage)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, estimate.Total, 15.0)
	assert.LessOrEqual(t, estimate.Total, 19.0)
	assert.Equal(t, "16.44 USD", estimate.String())
}

// What has no price is said, never counted as nothing.
func TestUnknownPrices(t *testing.T) {
	for name, change := range map[string]func(*Usage){
		"instance db.x2g.large":                                   func(u *Usage) { u.InstanceClass = "db.x2g.large" },
		"Performance Insights, 31 days":                           func(u *Usage) { u.InsightsRetention = 31 },
		"enhanced monitoring every 60 s (CloudWatch Logs volume)": func(u *Usage) { u.MonitoringInterval = 60 },
		"200 MiB/s beyond the baseline":                           func(u *Usage) { u.AllocatedStorage, u.StorageThroughput = 400, 700 },
		"instance db.t3.micro":                                    func(u *Usage) { u.Region = "xx-nowhere-1" },
		"replica 1 db.x2g.large":                                  func(u *Usage) { u.Replicas, u.ReplicaClass = 1, "db.x2g.large" },
	} {
		t.Run(name, func(t *testing.T) {
			usage := mvp()
			change(&usage)
			estimate, err := Monthly(usage)
			require.NoError(t, err)
			assert.Contains(t, estimate.Unknown(), name)
			assert.Contains(t, estimate.String(), "at least")
			assert.Contains(t, estimate.String(), name)
		})
	}
}

func TestEveryPriceHasASource(t *testing.T) {
	prices, err := load()
	require.NoError(t, err)
	check := func(name string, sources []string) {
		assert.NotEmpty(t, sources, name)
		for _, source := range sources {
			assert.NotEmpty(t, prices.Sources[source].What, "%s: %s", name, source)
			assert.NotEmpty(t, prices.Sources[source].Date, "%s: %s", name, source)
		}
	}
	for name, region := range prices.Regions {
		for class, p := range region.InstanceHour {
			check(name+" "+class, p.Sources)
			assert.InDelta(t, 2*p.SingleAz, p.MultiAz, 0.0011, "%s %s: Multi-AZ is twice the price", name, class)
		}
		for item, p := range region.Item {
			check(name+" "+item, p.Sources)
		}
	}
}
