package cost

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func micro() Instance { return Instance{Class: "db.t3.micro", VCPU: 2, Baseline: 0.1} }

func mvp() Usage {
	return Usage{
		Region: "us-east-1", Instance: micro(), StorageType: "gp3", AllocatedStorage: 20,
		Secrets: 2, BackupDays: 7, BackupGiB: 20, InsightsMode: "standard",
	}
}

func monthly(t *testing.T, change func(*Usage)) Estimate {
	t.Helper()
	usage := mvp()
	change(&usage)
	estimate, err := Monthly(usage)
	require.NoError(t, err)
	return estimate
}

// Each figure is worked out by hand from the price list.
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
		"replica": {func(u *Usage) { u.Replicas, u.Replica.Class = 1, "db.t3.small" }, 16.24 + 26.28 + 2.30},
		"kept":    {func(u *Usage) { u.Kept = 1 }, 16.24 + 13.14 + 2.30},
		"alarms":  {func(u *Usage) { u.Alarms = 5 }, 16.74},
		"key":     {func(u *Usage) { u.Keys = 1 }, 17.24},
		// 8,760 calls each, at 0.05 for 10,000
		"readers": {func(u *Usage) { u.SecretReaders = 3 }, 16.24 + 0.1314},
		// 0.50 to arrive, 0.03 for each month of 30.4 days
		"logs":        {func(u *Usage) { u.LogGiB, u.LogDays = 2, 365 }, 16.24 + 1.00 + 0.72},
		"more backup": {func(u *Usage) { u.BackupGiB = 120 }, 16.24 + 9.50},
		"no backup":   {func(u *Usage) { u.BackupDays, u.BackupGiB = 0, 120 }, 16.24},
		// 2,000 IOPS beyond the 12,000 that 400 GiB include
		"IOPS": {func(u *Usage) { u.AllocatedStorage, u.Iops = 400, 14000 }, 13.14 + 46 + 40 + 0.80},
		// 4 vCPUs with the standby
		"advanced insights": {func(u *Usage) { u.MultiAz, u.InsightsMode, u.InsightsRetention = true, "advanced", 465 }, 31.68 + 36.50},
		"free insights":     {func(u *Usage) { u.InsightsRetention = 7 }, 16.24},
		"dashboard":         {func(u *Usage) { u.Dashboards = 1 }, 16.24},
	} {
		t.Run(name, func(t *testing.T) {
			estimate := monthly(t, test.change)
			assert.InDelta(t, test.total, estimate.Total, 0.005)
			assert.Empty(t, estimate.Unknown())
			sum := 0.0
			for _, line := range estimate.Lines {
				sum += line.Monthly
			}
			assert.InDelta(t, estimate.Total, sum, 1e-9, "the total is that of the lines")
		})
	}
}

// What a burstable class costs beyond its price depends on its use: nothing, or both processors at full speed all
// month: 2 × 0.9 × 730 × 0.075.
func TestCreditsAreARange(t *testing.T) {
	estimate := monthly(t, func(*Usage) {})
	assert.InDelta(t, 16.24, estimate.Total, 0.005)
	assert.InDelta(t, 16.24+98.55, estimate.Most, 0.005)
	assert.InDelta(t, 16.24+15.44+2*98.55, monthly(t, func(u *Usage) { u.MultiAz = true }).Most, 0.005)
	full := monthly(t, func(u *Usage) { u.Instance = Instance{Class: "db.m6g.large", VCPU: 2} })
	assert.Equal(t, full.Total, full.Most)
}

// Single-AZ, 730 hours in us-east-1, as public price lists, calculators and other tools' tests have it.
func TestPricesAreThoseOfOthersToTheCent(t *testing.T) {
	for class, want := range map[string]string{
		"db.t3.micro": "13.14", "db.t3.small": "26.28", "db.t3.medium": "52.56", "db.t3.large": "105.85",
		"db.t4g.micro": "11.68", "db.t4g.small": "23.36", "db.t4g.medium": "47.45", "db.t4g.large": "94.17",
		"db.m5.large": "129.94", "db.m6g.large": "116.07", "db.m7g.large": "122.64", "db.r6g.large": "164.25",
	} {
		estimate := monthly(t, func(u *Usage) { u.Instance.Class = class })
		assert.Equal(t, want, estimate.Lines[0].amount(), class)
	}
	for class, want := range map[string]string{
		"db.t3.micro": "14.60", "db.t3.small": "28.47", "db.t3.medium": "56.94", "db.t3.large": "113.88", "db.t4g.micro": "12.41", "db.t4g.small": "25.55",
		"db.m5.large": "143.81",
	} {
		estimate := monthly(t, func(u *Usage) { u.Region, u.Instance.Class = "eu-west-1", class })
		assert.Equal(t, want, estimate.Lines[0].amount(), "eu-west-1 "+class)
	}
	for item, test := range map[string]struct {
		change func(*Usage)
		want   string
	}{
		"storage":      {func(*Usage) {}, "2.30"},
		"storage ":     {func(u *Usage) { u.Region = "eu-west-1" }, "2.54"}, // a bill's line for 20 GiB
		"storage of 2": {func(u *Usage) { u.MultiAz = true }, "4.60"},
		"secrets":      {func(*Usage) {}, "0.80"},
		"KMS keys":     {func(u *Usage) { u.Keys = 1 }, "1.00"},
		"alarms":       {func(u *Usage) { u.Alarms = 5 }, "0.50"},
		// Infracost's example: 1,000 GB beyond the free size
		"backups":           {func(u *Usage) { u.BackupGiB = 1020 }, "95.00"},
		"Database Insights": {func(u *Usage) { u.InsightsMode = "advanced" }, "18.25"},
	} {
		name, _, _ := strings.Cut(strings.TrimSpace(item), " of")
		found := false
		for _, line := range monthly(t, test.change).Lines {
			if line.Item == name {
				found = true
				assert.Equal(t, test.want, line.amount(), item)
			}
		}
		assert.True(t, found, item)
	}
}

// What has no price is said, never counted as nothing.
func TestUnknownPrices(t *testing.T) {
	for name, change := range map[string]func(*Usage){
		"instance db.x2g.large":                                    func(u *Usage) { u.Instance.Class = "db.x2g.large" },
		"Performance Insights 31 days":                             func(u *Usage) { u.InsightsRetention = 31 },
		"enhanced monitoring every 60 s, by the volume of its log": func(u *Usage) { u.MonitoringInterval = 60 },
		"throughput 200 MiB/s beyond the baseline":                 func(u *Usage) { u.AllocatedStorage, u.StorageThroughput = 400, 700 },
		"instance db.t3.micro":                                     func(u *Usage) { u.Region = "xx-nowhere-1" },
		"standby db.x2g.large":                                     func(u *Usage) { u.MultiAz, u.Instance.Class = true, "db.x2g.large" },
		"replica 1 db.x2g.large":                                   func(u *Usage) { u.Replicas, u.Replica.Class = 1, "db.x2g.large" },
		"logs 1 GiB a month, kept 30 days":                         func(u *Usage) { u.Region, u.LogGiB, u.LogDays = "eu-west-1", 1, 30 },
		"CPU credits from none, to full speed all month":           func(u *Usage) { u.Region = "eu-west-1" },
		"storage 20 GiB of io2":                                    func(u *Usage) { u.StorageType = "io2" },
	} {
		t.Run(name, func(t *testing.T) {
			estimate := monthly(t, change)
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
	for _, d := range prices.Reserved {
		check(d.Term, d.Sources)
		assert.Less(t, d.Least, d.Most, d.Term)
	}
}

func TestReserved(t *testing.T) {
	estimate := monthly(t, func(*Usage) {})
	require.Len(t, estimate.Reserved, 2)
	year := estimate.Reserved[0]
	assert.Equal(t, "1 year, no upfront", year.Term)
	assert.InDelta(t, 13.14*(1-0.346), year.Least, 0.005, "of the instance, not of the storage")
	assert.InDelta(t, 13.14*(1-0.216), year.Most, 0.005)
	assert.Empty(t, monthly(t, func(u *Usage) { u.Instance.Class = "db.x2g.large" }).Reserved)
}

func report(t *testing.T) Report {
	t.Helper()
	before := monthly(t, func(u *Usage) { u.Alarms = 2 })
	now := monthly(t, func(u *Usage) { u.MultiAz, u.MonitoringInterval = true, 60 })
	return Report{Stack: "prod", Region: "us-east-1", Estimate: now, Before: before.Lines, Compared: true}
}

func TestChanges(t *testing.T) {
	var got []string
	for _, c := range Changes(report(t).Before, report(t).Estimate) {
		usd, known := c.Difference()
		got = append(got, fmt.Sprintf("%s: %s → %s, %.2f %t", c.Item, c.Old.side(), c.New.side(), usd, known))
	}
	assert.Equal(t, []string{
		"standby: none → db.t3.micro (13.14), 13.14 true",
		"storage: 20 GiB of gp3 (2.30) → 2 × 20 GiB of gp3 (4.60), 2.30 true",
		"enhanced monitoring: none → every 60 s, by the volume of its log (unknown), 0.00 false",
		"alarms: 2 in CloudWatch (0.20) → none, -0.20 true",
	}, got)
	same := monthly(t, func(*Usage) {})
	assert.Empty(t, Changes(same.Lines, same))
}

// testdata has the reports as people see them.
func TestReportsForPeople(t *testing.T) {
	unchanged := report(t)
	unchanged.Before = unchanged.Estimate.Lines
	first := report(t)
	first.Before, first.Compared = nil, false
	for file, got := range map[string]string{
		"changed.txt": report(t).Text(), "changed.md": report(t).Markdown(),
		"unchanged.txt": unchanged.Text(), "unchanged.md": unchanged.Markdown(),
		"first.txt": first.Text(), "first.md": first.Markdown(),
	} {
		want, err := os.ReadFile(filepath.Join("testdata", file))
		require.NoError(t, err)
		assert.Equal(t, string(want), got, file)
	}
}

// What a run leaves as JSON is what the next one compares with.
func TestReportAsJSON(t *testing.T) {
	text, err := report(t).JSON()
	require.NoError(t, err)
	var read struct {
		MonthlyUSD     float64  `json:"monthlyUsd"`
		MostMonthlyUSD float64  `json:"mostMonthlyUsd"`
		Unknown        []string `json:"unknown"`
		Change         struct {
			BeforeMonthlyUSD float64 `json:"beforeMonthlyUsd"`
			DifferenceUSD    float64 `json:"differenceUsd"`
			Lines            []struct {
				Item          string   `json:"item"`
				DifferenceUSD *float64 `json:"differenceUsd"`
			} `json:"lines"`
		} `json:"change"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &read))
	assert.Equal(t, 31.68, read.MonthlyUSD)
	assert.Equal(t, 228.78, read.MostMonthlyUSD)
	assert.Len(t, read.Unknown, 1)
	assert.Equal(t, 16.44, read.Change.BeforeMonthlyUSD)
	assert.Equal(t, 15.24, read.Change.DifferenceUSD)
	require.Len(t, read.Change.Lines, 4)
	assert.Equal(t, 13.14, *read.Change.Lines[0].DifferenceUSD)
	assert.Nil(t, read.Change.Lines[2].DifferenceUSD, "unknown is not zero")

}

// What a run leaves as an output is what the next preview compares with.
func TestReadLines(t *testing.T) {
	lines, err := ReadLines([]byte(`{"storage": {"detail": "20 GiB of gp3", "monthlyUsd": 2.3}, "enhanced monitoring": {"detail": "every 60 s"}}`))
	require.NoError(t, err)
	assert.Equal(t, []Line{
		{Item: "enhanced monitoring", Detail: "every 60 s"},
		{Item: "storage", Detail: "20 GiB of gp3", Monthly: 2.3, Known: true},
	}, lines)
	_, err = ReadLines([]byte(`[1]`))
	assert.ErrorContains(t, err, "reading the lines of an estimate")
}
