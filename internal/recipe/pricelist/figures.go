package pricelist

import (
	"regexp"
	"slices"
	"strings"
)

// Services whose lists are read, by their offer codes.
const (
	rds            = "AmazonRDS"
	secretsManager = "AWSSecretsManager"
	kms            = "awskms"
	cloudWatch     = "AmazonCloudWatch"
)

// Values of a product's attributes.
const (
	postgreSQL       = "PostgreSQL"
	auroraPostgreSQL = "Aurora PostgreSQL" // of its storage the price is the same for all engines of Aurora
	singleAZ         = "Single-AZ"
	multiAZ          = "Multi-AZ" // one standby; "Multi-AZ (readable standbys)" is a cluster of three, at another price
)

func services() []string { return []string{rds, secretsManager, kms, cloudWatch} }

// figure is a price that the table has: of a class, such as {"db.t3.micro", "Multi-AZ"}, or of an item, such as {"gp3 GB-month", ""}.
type figure struct{ name, deployment string }

func (f figure) String() string { return strings.TrimSpace(f.name + " " + f.deployment) }

// item is an item of the table, and how AWS's list names it.
type item struct {
	service string
	name    string
	usage   []string           // usage types, without the prefix of the region; more than one where AWS spells it in several ways
	units   map[string]float64 // by unit of the list: how many make the unit of the table
}

// items are the items that AWS's lists have. Of others, such as Database Insights, no usage type is known here: they stay as they are.
func items() []item {
	one := func(unit string) map[string]float64 { return map[string]float64{unit: 1} }
	return []item{
		{rds, "gp3 GB-month", []string{"RDS:GP3-Storage"}, one("GB-Mo")},
		{rds, "gp3 IOPS-month", []string{"RDS:GP3-PIOPS"}, one("IOPS-Mo")},
		{rds, "gp3 MiBps-month", []string{"RDS:GP3-Throughput"}, one("MBPS-Mo")},
		{rds, "io1 GB-month", []string{"RDS:PIOPS-Storage"}, one("GB-Mo")},
		{rds, "io1 IOPS-month", []string{"RDS:PIOPS"}, one("IOPS-Mo")},
		{rds, "io2 GB-month", []string{"RDS:IO2-PIOPS-Storage", "RDS:PIOPS-Storage-IO2"}, one("GB-Mo")},
		{rds, "io2 IOPS-month", []string{"RDS:IO2-PIOPS"}, one("IOPS-Mo")},
		{rds, "backup GB-month", []string{"RDS:ChargedBackupUsage"}, one("GB-Mo")},
		{rds, "CPU credit vCPU-hour", []string{"CPUCredits:db.t3", "CPUCredits:db.t4g"}, one("vCPU-Hours")},
		{rds, "Aurora ACU-hour", []string{"Aurora:ServerlessV2Usage"}, one("ACU-Hr")},
		{rds, "Aurora I/O-Optimized ACU-hour", []string{"Aurora:ServerlessV2IOOptimizedUsage"}, one("ACU-Hr")},
		{rds, "Aurora GB-month", []string{"Aurora:StorageUsage"}, one("GB-Mo")},
		{rds, "Aurora I/O-Optimized GB-month", []string{"Aurora:IO-OptimizedStorageUsage"}, one("GB-Mo")},
		{rds, "Aurora million I/O", []string{"Aurora:StorageIOUsage"}, map[string]float64{"IOs": 1e6}},
		{rds, "Aurora backup GB-month", []string{"Aurora:BackupUsage"}, one("GB-Mo")},
		{secretsManager, "secret-month", []string{"AWSSecretsManager-Secrets", "AWSSecretsManager-Secret"}, one("Secrets")},
		{secretsManager, "10000 secret calls", []string{"AWSSecretsManagerAPIRequest", "AWSSecretsManager-APIRequests"}, map[string]float64{"API Requests": 10000}},
		{kms, "key-month", []string{"KMS-Keys"}, one("Keys")},
		{cloudWatch, "alarm-month", []string{"CW:AlarmMonitorUsage"}, one("Alarms")},
		{cloudWatch, "metric-month", []string{"CW:MetricMonitorUsage"}, one("Metrics")},
		{cloudWatch, "log GB", []string{"DataProcessing-Bytes"}, one("GB")},
		{cloudWatch, "log GB-month", []string{"TimedStorage-ByteHrs"}, one("GB-Mo")},
	}
}

// product is a product of AWS's list, as far as it says what the product is.
type product struct {
	Attributes struct {
		UsageType        string `json:"usagetype"` // such as "EU-InstanceUsage:db.t3.micro"
		InstanceType     string `json:"instanceType"`
		DatabaseEngine   string `json:"databaseEngine"` // "PostgreSQL", or "Any" where the price is the same for all
		DeploymentOption string `json:"deploymentOption"`
		LocationType     string `json:"locationType"` // "AWS Region"; Local Zones and Outposts have prices of their own
		RegionCode       string `json:"regionCode"`
	} `json:"attributes"`
}

// figure is the price that a product has in the table, and its units; false if the table has no such price.
func (l list) figure(p product) (figure, map[string]float64, bool) {
	a, region := p.Attributes, l.region
	if a.LocationType != "" && a.LocationType != "AWS Region" || a.RegionCode != "" && a.RegionCode != region {
		return figure{}, nil, false
	}
	if l.service == rds && a.DatabaseEngine == postgreSQL && a.InstanceType != "" {
		for usage, deployment := range map[string]string{"InstanceUsage:": singleAZ, "Multi-AZUsage:": multiAZ} {
			if a.DeploymentOption == deployment && p.used(usage+a.InstanceType, region) {
				return figure{a.InstanceType, deployment}, map[string]float64{"Hrs": 1}, true
			}
		}
	}
	if !slices.Contains([]string{postgreSQL, auroraPostgreSQL, "Any", ""}, a.DatabaseEngine) {
		return figure{}, nil, false
	}
	for _, item := range l.items {
		if item.service == l.service && slices.ContainsFunc(item.usage, func(usage string) bool { return p.used(usage, region) }) {
			return figure{item.name, ""}, item.units, true
		}
	}
	return figure{}, nil, false
}

// shortRegion is a region as most usage types begin, such as USE1 or EU.
var shortRegion = regexp.MustCompile(`^[A-Z]{2,4}\d*$`)

// used tells whether the product has a usage type, which begins with the region, in short or in full, except in some of us-east-1.
func (p product) used(usage, region string) bool {
	prefix, ok := strings.CutSuffix(p.Attributes.UsageType, usage)
	if !ok || prefix == "" {
		return ok
	}
	prefix, ok = strings.CutSuffix(prefix, "-")
	return ok && (prefix == region || shortRegion.MatchString(prefix))
}
