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

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost/prices"
)

// billed is a configuration and its number of alarms.
type billed struct {
	config.Config
	alarms int
}

func mvp() *billed {
	return &billed{Config: config.Config{
		Stack: "prod", Environment: "prod", Region: "us-east-1",
		Database: config.Database{
			Engine: config.PostgreSQL, InstanceClass: "db.t3.micro", ReplicaInstanceClass: "db.t3.micro", StorageType: "gp3", AllocatedStorage: 20,
			BackupRetentionDays: 7, DatabaseInsightsMode: "standard",
		},
		Budget:  config.Budget{ExpectedBackupGiB: 20},
		Restore: config.Restore{Generation: 1, Serving: 1},
	}}
}

// monthly is an estimate with the prices in testdata, which stay when those of AWS change.
func monthly(t *testing.T, change func(*billed)) Estimate {
	t.Helper()
	b := mvp()
	change(b)
	var region prices.Region
	if b.Region != "xx-nowhere-1" {
		readJSON(t, b.Region, &region)
	}
	var reserved prices.Reserved
	readJSON(t, "reserved", &reserved)
	var copies prices.Region
	if b.Backups.CopyToRegion != "" {
		readJSON(t, b.Backups.CopyToRegion, &copies)
	}
	return estimate(&b.Config, b.alarms, table{region, copies, reserved.Discounts})
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "prices", name+".json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, into))
}

// current is an estimate with the prices of the table.
func current(t *testing.T, change func(*billed)) Estimate {
	t.Helper()
	b := mvp()
	change(b)
	estimate, err := Monthly(&b.Config, b.alarms)
	require.NoError(t, err)
	return estimate
}

// calls is what one application's reads of its secret cost: 8,760 a month, at 0.05 for 10,000.
const calls = 0.0438

// The totals are worked out by hand from the price list, without the calls of one application, which every stack has.
func TestMonthly(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*billed)
		total  float64
	}{
		// 0.018 × 730 + 20 × 0.115 + 2 × 0.40
		"mvp": {func(*billed) {}, 16.24},
		// twice the instance and the storage
		"Multi-AZ": {func(b *billed) { b.Database.MultiAz = true }, 31.68},
		// one more instance and volume
		"replica":  {func(b *billed) { b.Database.ReadReplicas, b.Database.ReplicaInstanceClass = 1, "db.t3.small" }, 16.24 + 26.28 + 2.30},
		"retained": {func(b *billed) { b.Restore.Generation, b.Restore.Serving = 2, 2 }, 16.24 + 13.14 + 2.30},
		"alarms":   {func(b *billed) { b.alarms = 5 }, 16.74},
		// a key of its own, and the metric of failed logins
		"e-mails": {func(b *billed) { b.Alerts.Emails = []string{"a@example.com"} }, 17.54},
		"topic":   {func(b *billed) { b.Alerts.TopicArn = "arn:aws:sns:us-east-1:123456789012:on-call" }, 16.54},
		// another application and the pooler, with its secret
		"readers": {func(b *billed) { b.AdditionalApps, b.Pooling.Enabled = []*config.AdditionalApp{{}}, true }, 16.24 + 0.40 + 2*calls},
		// 0.50 for ingestion, 0.03 for each month of 30.4 days
		"logs": {func(b *billed) { b.Budget.ExpectedLogGiB, b.Database.LogRetentionDays = 2, 365 }, 16.24 + 1.00 + 0.72},
		"audit log": {func(b *billed) {
			b.Database.Audit, b.Budget.ExpectedAuditGiB, b.Database.LogRetentionDays = []string{"ddl"}, 2, 365
		}, 16.24 + 1.00 + 0.72},
		"no audit":    {func(b *billed) { b.Budget.ExpectedAuditGiB, b.Database.LogRetentionDays = 2, 365 }, 16.24},
		"more backup": {func(b *billed) { b.Budget.ExpectedBackupGiB = 120 }, 16.24 + 9.50},
		"no backup":   {func(b *billed) { b.Database.BackupRetentionDays, b.Budget.ExpectedBackupGiB = 0, 120 }, 16.24},
		// 2,000 IOPS beyond the 12,000 that 400 GiB include
		"IOPS": {func(b *billed) { b.Database.AllocatedStorage, b.Database.Iops = 400, 14000 }, 13.14 + 46 + 40 + 0.80},
		// 4 vCPUs with the standby
		"advanced insights": {func(b *billed) {
			b.Database.MultiAz, b.Database.DatabaseInsightsMode, b.Database.PerformanceInsightsRetentionDays = true, "advanced", 465
		}, 31.68 + 36.50},
		"free insights": {func(b *billed) { b.Database.PerformanceInsightsRetentionDays = 7 }, 16.24},
		// 20 GiB at the other region's 0.09, and on the way at 0.02; two replicas at 0.30, and a key
		"copies": {func(b *billed) { b.Backups.CopyToRegion = "us-west-2" }, 16.24 + 1.80 + 0.40 + 0.60 + 1.00},
		"copies of two instances, with a key that is there": {func(b *billed) {
			b.Restore.Generation, b.Restore.Serving = 2, 2
			b.Backups.CopyToRegion, b.Backups.CopyKmsKeyID = "us-west-2", "arn:aws:kms:us-west-2:123456789012:key/1"
		}, 16.24 + 13.14 + 2.30 + 2*(1.80+0.40) + 0.60},
		// 20 GiB at 0.095, of which none is free
		"AWS Backup": {func(b *billed) { b.Backups.AWSBackupRetentionDays = 35 }, 16.24 + 1.90},
		"AWS Backup of two instances": {func(b *billed) {
			b.Restore.Generation, b.Restore.Serving, b.Backups.AWSBackupRetentionDays = 2, 2, 35
		}, 16.24 + 13.14 + 2.30 + 2*1.90},
		"dashboard": {func(b *billed) { b.Alerts.Dashboard = true }, 16.24},
	} {
		t.Run(name, func(t *testing.T) {
			estimate := monthly(t, test.change)
			assert.InDelta(t, test.total+calls, estimate.Total, 0.005)
			assert.Empty(t, estimate.Unknown())
			sum := 0.0
			for _, line := range estimate.Lines {
				sum += line.Monthly
			}
			assert.InDelta(t, estimate.Total, sum, 1e-9, "the total is that of the lines")
		})
	}
}

// What a burstable class costs beyond its price depends on its use: from nothing, to both processors at full speed all month,
// which is 2 × 0.9 × 730 × 0.075.
func TestCreditsAreARange(t *testing.T) {
	estimate := monthly(t, func(*billed) {})
	assert.InDelta(t, 16.24+calls, estimate.Total, 0.005)
	assert.InDelta(t, 16.24+calls+98.55, estimate.Most, 0.005)
	assert.InDelta(t, 16.24+calls+15.44+2*98.55, monthly(t, func(b *billed) { b.Database.MultiAz = true }).Most, 0.005)
	full := monthly(t, func(b *billed) { b.Database.InstanceClass = "db.m6g.large" })
	assert.Equal(t, full.Total, full.Most)
}

// The prices of the table agree to the cent with public price lists, calculators and the tests of other tools: Single-AZ, 730 hours, us-east-1.
func TestPricesAreThoseOfOthersToTheCent(t *testing.T) {
	for class, want := range map[string]string{
		"db.t3.micro": "13.14", "db.t3.small": "26.28", "db.t3.medium": "52.56", "db.t3.large": "105.85",
		"db.t4g.micro": "11.68", "db.t4g.small": "23.36", "db.t4g.medium": "47.45", "db.t4g.large": "94.17",
		"db.m5.large": "129.94", "db.m6g.large": "116.07", "db.m7g.large": "122.64", "db.r6g.large": "164.25",
	} {
		estimate := current(t, func(b *billed) { b.Database.InstanceClass = class })
		assert.Equal(t, want, estimate.Lines[0].amount(), "%s: if AWS has changed its price, change it here", class)
	}
	for class, want := range map[string]string{
		"db.t3.micro": "14.60", "db.t3.small": "28.47", "db.t3.medium": "56.94", "db.t3.large": "113.88", "db.t4g.micro": "12.41", "db.t4g.small": "25.55",
		"db.m5.large": "143.81",
	} {
		estimate := current(t, func(b *billed) { b.Region, b.Database.InstanceClass = "eu-west-1", class })
		assert.Equal(t, want, estimate.Lines[0].amount(), "eu-west-1 %s: if AWS has changed its price, change it here", class)
	}
	for item, test := range map[string]struct {
		change func(*billed)
		want   string
	}{
		"storage":       {func(*billed) {}, "2.30"},
		"storage ":      {func(b *billed) { b.Region = "eu-west-1" }, "2.54"}, // a bill's line for 20 GiB
		"storage of 2":  {func(b *billed) { b.Database.MultiAz = true }, "4.60"},
		"secrets":       {func(*billed) {}, "0.80"},
		"KMS keys":      {func(b *billed) { b.Alerts.Emails = []string{"a@example.com"} }, "1.00"},
		"alarms":        {func(b *billed) { b.alarms = 5 }, "0.50"},
		"failed logins": {func(b *billed) { b.Alerts.Emails = []string{"a@example.com"} }, "0.30"},
		// Infracost's example: 1,000 GB beyond the free size
		"backups":           {func(b *billed) { b.Budget.ExpectedBackupGiB = 1020 }, "95.00"},
		"Database Insights": {func(b *billed) { b.Database.DatabaseInsightsMode = "advanced" }, "18.25"},
	} {
		name, _, _ := strings.Cut(strings.TrimSpace(item), " of")
		found := false
		for _, line := range current(t, test.change).Lines {
			if line.Item == name {
				found = true
				assert.Equal(t, test.want, line.amount(), "%s: if AWS has changed its price, change it here", item)
			}
		}
		assert.True(t, found, item)
	}
}

// The estimate names what has no price, and does not count it as free.
func TestUnknownPrices(t *testing.T) {
	for name, change := range map[string]func(*billed){
		"instance db.x2g.large":                                    func(b *billed) { b.Database.InstanceClass = "db.x2g.large" },
		"Performance Insights 31 days":                             func(b *billed) { b.Database.PerformanceInsightsRetentionDays = 31 },
		"enhanced monitoring every 60 s, by the volume of its log": func(b *billed) { b.Database.MonitoringInterval = 60 },
		"throughput 200 MiB/s beyond the baseline":                 func(b *billed) { b.Database.AllocatedStorage, b.Database.StorageThroughput = 400, 700 },
		"instance db.t3.micro":                                     func(b *billed) { b.Region = "xx-nowhere-1" },
		"standby db.x2g.large":                                     func(b *billed) { b.Database.MultiAz, b.Database.InstanceClass = true, "db.x2g.large" },
		"replica 1 db.x2g.large":                                   func(b *billed) { b.Database.ReadReplicas, b.Database.ReplicaInstanceClass = 1, "db.x2g.large" },
		"logs 1 GiB a month, kept 30 days":                         func(b *billed) { b.Region, b.Budget.ExpectedLogGiB, b.Database.LogRetentionDays = "eu-west-1", 1, 30 },
		"CPU credits from none, to full speed all month":           func(b *billed) { b.Region = "eu-west-1" },
		"storage 20 GiB of io2":                                    func(b *billed) { b.Database.StorageType = "io2" },
		"standby db.t4g.small": func(b *billed) {
			b.Region, b.Database.MultiAz, b.Database.InstanceClass = "eu-west-1", true, "db.t4g.small"
		},
		"Database Insights advanced": func(b *billed) {
			b.Database.InstanceClass, b.Database.DatabaseInsightsMode = "db.x9.large", "advanced"
		},
		"Database Insights advanced ": func(b *billed) {
			b.Database.ReadReplicas, b.Database.ReplicaInstanceClass, b.Database.DatabaseInsightsMode = 1, "db.x9.large", "advanced"
		},
		"CPU credits from none, to full speed all month ":  func(b *billed) { b.Database.InstanceClass = "db.t5.micro" },
		"CPU credits from none, to full speed all month  ": func(b *billed) { b.Database.ReadReplicas, b.Database.ReplicaInstanceClass = 1, "db.t5.micro" },
		"IOPS 3000": func(b *billed) { b.Region, b.Database.StorageType, b.Database.Iops = "xx-nowhere-1", "io2", 3000 },
	} {
		name = strings.TrimSpace(name)
		t.Run(name, func(t *testing.T) {
			estimate := monthly(t, change)
			assert.Contains(t, estimate.Unknown(), name)
			assert.Contains(t, estimate.String(), "at least")
			assert.Contains(t, estimate.String(), name)
		})
	}
}

// A class whose processors are not known has no credits, unless its name says that it works on them; a replica's class without a replica counts
// for nothing.
func TestUnknownClassesWithoutCredits(t *testing.T) {
	for _, change := range []func(*billed){
		func(b *billed) { b.Database.InstanceClass = "db.x9.large" },
		func(b *billed) {
			b.Database.InstanceClass, b.Database.ReplicaInstanceClass = "db.m6g.large", "db.t5.micro"
		},
	} {
		assert.NotContains(t, monthly(t, change).String(), "CPU credits")
	}
	replica := monthly(t, func(b *billed) {
		b.Database.ReplicaInstanceClass, b.Database.DatabaseInsightsMode = "db.x9.large", "advanced"
	})
	assert.NotContains(t, replica.String(), "Database Insights")
}

// What a budget has left is told as a limit where a price is not known.
func TestWhatIsLeftOfTheBudget(t *testing.T) {
	left := func(change func(*billed)) string {
		return Report{Estimate: monthly(t, change), Budget: 25}.Text()
	}
	assert.Contains(t, left(func(*billed) {}), "The budget of 25.00 USD has 8.72 left.")
	assert.Contains(t, left(func(b *billed) { b.Region = "xx-nowhere-1" }), "The budget of 25.00 USD has at most 25.00 left.")
}

// The logs have two prices, and the sources of both.
func TestSourcesOfLogs(t *testing.T) {
	b := mvp()
	b.Budget.ExpectedLogGiB, b.Database.LogRetentionDays = 1, 30
	region := prices.Region{
		Sources: map[string]prices.Source{"a": {Date: "2024"}, "b": {Date: "2026"}},
		Item:    map[string]prices.Item{"log GB": {USD: 0.5, Sources: []string{"a"}}, "log GB-month": {USD: 0.03, Sources: []string{"b", "a"}}},
	}
	for _, line := range estimate(&b.Config, 0, table{region: region}).Lines {
		if line.Item == "logs" {
			assert.Equal(t, []string{"a", "b"}, line.Sources, "each once")
			return
		}
	}
	t.Error("no logs")
}

// A region that the table lacks has no price, and is no error: the run goes on without an estimate.
func TestARegionWithoutPrices(t *testing.T) {
	estimate := current(t, func(b *billed) { b.Region, b.Database.InstanceClass = "xx-nowhere-1", "db.z9.large" })
	assert.Zero(t, estimate.Total)
	assert.Equal(t, []string{"instance db.z9.large", "storage 20 GiB of gp3", "secrets 2 in Secrets Manager"}, estimate.Unknown()[:3])
	newest, oldest := estimate.Seen()
	assert.Empty(t, newest+oldest)
	assert.NotContains(t, Report{Estimate: estimate}.Text(), "Prices of")
}

// The estimate says of which days its prices are: the sources of a price agree, so the latest counts; an undated one does not.
func TestSeen(t *testing.T) {
	estimate := monthly(t, func(*billed) {})
	newest, oldest := estimate.Seen()
	assert.Equal(t, []string{"2026-08-12", "2024-07-01"}, []string{newest, oldest})
	assert.Equal(t, "2026-08-12", estimate.Lines[0].Seen, "seen in 2021, in April and in August of 2026")
	assert.Empty(t, estimate.Lines[2].Seen, "backups are free")
	region := prices.Region{Sources: map[string]prices.Source{"AmazonRDS": {Date: "2026-12-01"}, "a page": {Date: "undated"}}}
	assert.Equal(t, "2026-12-01", region.Seen([]string{"AmazonRDS", "a page"}))
	assert.Empty(t, region.Seen([]string{"a page"}))
	estimate.Lines = estimate.Lines[:1]
	assert.Contains(t, Report{Estimate: estimate}.Text(), "\nPrices of 2026-08-12.\n")
}

func TestReserved(t *testing.T) {
	estimate := monthly(t, func(*billed) {})
	require.Len(t, estimate.Reserved, 2)
	year := estimate.Reserved[0]
	assert.Equal(t, "1 year, no upfront", year.Term)
	assert.InDelta(t, 13.14*(1-0.346), year.Least, 0.005, "of the instance, not of the storage")
	assert.InDelta(t, 13.14*(1-0.216), year.Most, 0.005)
	assert.Empty(t, monthly(t, func(b *billed) { b.Database.InstanceClass = "db.x2g.large" }).Reserved)
}

func report(t *testing.T) Report {
	t.Helper()
	before := monthly(t, func(b *billed) { b.alarms = 2 })
	now := monthly(t, func(b *billed) { b.Database.MultiAz, b.Database.MonitoringInterval = true, 60 })
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
	same := monthly(t, func(*billed) {})
	assert.Empty(t, Changes(same.Lines, same))
}

// testdata has the reports.
func TestTextAndMarkdown(t *testing.T) {
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

// The JSON report has amounts rounded to cents, and null where a price is not known.
func TestReportAsJSON(t *testing.T) {
	text, err := report(t).JSON()
	require.NoError(t, err)
	var read struct {
		MonthlyUSD     float64  `json:"monthlyUsd"`
		MostMonthlyUSD float64  `json:"mostMonthlyUsd"`
		NewestPrice    string   `json:"newestPrice"`
		OldestPrice    string   `json:"oldestPrice"`
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
	assert.Equal(t, 31.72, read.MonthlyUSD)
	assert.Equal(t, 228.82, read.MostMonthlyUSD)
	assert.Equal(t, "2026-08-12", read.NewestPrice)
	assert.Equal(t, "2024-07-01", read.OldestPrice)
	assert.Len(t, read.Unknown, 1)
	assert.Equal(t, 16.48, read.Change.BeforeMonthlyUSD)
	assert.Equal(t, 15.24, read.Change.DifferenceUSD)
	require.Len(t, read.Change.Lines, 4)
	assert.Equal(t, 13.14, *read.Change.Lines[0].DifferenceUSD)
	assert.Nil(t, read.Change.Lines[2].DifferenceUSD, "unknown is not zero")

}

// A preview reads the lines that the last run left in the stack's output, to compare its own with them.
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
