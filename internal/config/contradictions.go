package config

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/rules"
	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// contradictions checks what no field can be asked alone.
func (l *loader) contradictions() {
	l.names()
	l.tags()
	l.apps()
	l.entries()
	l.access()
	l.boundary()
	l.cluster()
	l.ingress()
	l.placement()
	l.engine()
	l.instancesAlone()
	l.backupsOfEngine()
	l.parameters()
	l.audit()
	l.version()
	l.storage()
	l.memory()
	l.availability()
	l.placed("database.kmsKeyId", "key", l.config.Database.KmsKeyID)
	l.placed("alerts.kmsKeyId", "key", l.config.Alerts.KmsKeyID)
	l.alerts()
	l.placed("database.secretKmsKeyId", "key", l.config.Database.SecretKmsKeyID)
	l.placed("restore.snapshotIdentifier", "snapshot", l.config.Restore.SnapshotIdentifier)
	l.placed("restore.sourceAutomatedBackupsArn", "backup", l.config.Restore.SourceAutomatedBackupsArn)
	l.copies()
	l.awsBackup()
	l.migrations()
	l.adopted()
	l.pods()
	l.pooling()
	l.restore()
	l.generations()
	l.replication()
	l.dumpAndLoad()
	l.logins()
	l.managedMaster()
	l.extensions()
	l.databases()
	l.reservedNames()
	l.helmValues()
	l.gitops()
}

// names holds the names that are put together to the limits of what they name.
func (l *loader) names() {
	const revision = "0123456789" // ten characters, as every revision has
	env, app := l.config.Environment, l.config.App.Name
	if !l.sound("environment", "app.name") {
		return
	}
	l.length(longName{what: "identifier of the last read replica", name: naming.Replica(naming.Generation(env, l.config.Restore.Generation), 15), most: 63, fields: "environment", value: env})
	l.length(longName{what: "name of the application's role", name: naming.SecretsRole(env, app), most: 64, fields: "environment or app.name", value: env})
	l.length(longName{what: "name of the migration Job", name: naming.MigrationJob(app, revision), most: 63, fields: "app.name", value: app})
	if l.config.Database.MonitoringInterval != 0 {
		l.length(longName{what: "name of the monitoring role", name: naming.MonitoringRole(naming.Instance(env)), most: 64, fields: "environment", value: env})
	}
}

// longName is a name that is put together, with its limit.
type longName struct {
	what, name string
	most       int    // characters
	fields     string // that make it shorter
	value      string // what the first of them holds
}

// length holds one name to its limit.
func (l *loader) length(n longName) {
	over := len(n.name) - n.most
	if over <= 0 {
		return
	}
	field, _, _ := strings.Cut(n.fields, " ")
	l.add(Problem{
		Key: Key(field), Value: schema.Show(n.value),
		Rule: fmt.Sprintf("the %s, %s, has at most %d characters", n.what, schema.Show(n.name), n.most),
		Fix:  fmt.Sprintf("%s shorter by %d", n.fields, over),
	})
}

// cluster asks for the name of the cluster, or for everything that is looked up by it.
func (l *loader) cluster() {
	c := l.config
	if c.Cluster.Context != "" && c.Cluster.Kubeconfig == "" {
		l.conflict(Problem{Key: "cluster.context", Value: schema.Show(c.Cluster.Context),
			Rule: "a context belongs to a kubeconfig",
			Fix:  "cluster.kubeconfig too, or remove the field"}, "cluster.kubeconfig")
	}
	if c.Cluster.Name != "" {
		return
	}
	var missing []string
	given := func(field string, is bool) {
		if !is && l.sound(field) {
			missing = append(missing, field)
		}
	}
	given("cluster.kubeconfig", c.Cluster.Kubeconfig != "" || l.file.IsConfigSecret(Key("cluster.kubeconfig")) || !c.Delivery.InCluster())
	given("cluster.oidcIssuer", c.Cluster.OIDCIssuer != "")
	given("network.vpcId", c.Network.VpcID != "")
	given("network.subnetIds", len(c.Network.SubnetIDs) > 0)
	given("network.ingressCidrs", !c.Network.OpenToVPC())
	if len(missing) > 0 {
		l.conflict(Problem{Key: "cluster.name",
			Rule: "required, unless everything that is looked up by it is given; missing: " + strings.Join(missing, ", "),
			Fix:  "the name of the EKS cluster, or the missing fields"}, "delivery")
	}
}

// placement holds the availability zone to the region, and to a single instance.
func (l *loader) placement() {
	zone := l.config.Database.AvailabilityZone
	if zone == "" {
		return
	}
	if l.config.Database.MultiAz {
		l.conflict(Problem{Key: "database.availabilityZone", Value: schema.Show(zone),
			Rule: "not together with multiAz: RDS places instance and standby, and swaps them on failover",
			Fix:  "nothing: remove the field"}, "database.multiAz")
	}
	if region := l.config.Region; !l.wrong["aws:region"] && !strings.HasPrefix(zone, region) {
		l.conflict(Problem{Key: "database.availabilityZone", Value: schema.Show(zone),
			Rule: "a zone of aws:region, " + region,
			Fix:  "one such as " + region + "a"})
	}
}

// version holds a pinned minor version and automatic minor upgrades apart: after an upgrade, the pinned
// version would be a downgrade, which RDS refuses in every run.
func (l *loader) version() {
	for _, c := range []*Config{l.config, l.config.Newest()} {
		d := c.Database
		if major, _, pinned := strings.Cut(d.EngineVersion, "."); pinned && d.AutoMinorVersionUpgrade {
			l.conflict(Problem{Key: c.EngineVersionField(), Value: schema.Show(d.EngineVersion),
				Rule: "no minor version with autoMinorVersionUpgrade: after RDS's own upgrade it would be a downgrade, which RDS refuses",
				Fix:  fmt.Sprintf("%q, or autoMinorVersionUpgrade: false", major)}, "database.autoMinorVersionUpgrade")
		}
	}
}

// availability holds backups, replicas and insights together.
func (l *loader) availability() {
	d := l.config.Database
	if d.ReadReplicas > 0 && d.BackupRetentionDays == 0 {
		l.conflict(Problem{Key: "database.backupRetentionDays", Value: schema.Show(d.BackupRetentionDays),
			Rule: fmt.Sprintf("1 or more with read replicas (%d): they are made from backups", d.ReadReplicas),
			Fix:  "1 or more, or readReplicas: 0"}, "database.readReplicas")
	}
	const advancedDays = 465
	if d.DatabaseInsightsMode == "advanced" && d.PerformanceInsightsRetentionDays < advancedDays {
		l.conflict(Problem{Key: "database.performanceInsightsRetentionDays", Value: schema.Show(d.PerformanceInsightsRetentionDays),
			Rule: fmt.Sprintf("%d or more with databaseInsightsMode advanced", advancedDays),
			Fix:  fmt.Sprintf("%d, or databaseInsightsMode: standard", advancedDays)}, "database.databaseInsightsMode")
	}
	backup, okBackup := rules.ParseBackupWindow(d.BackupWindow)
	maintenance, okMaintenance := rules.ParseMaintenanceWindow(d.MaintenanceWindow)
	if okBackup && okMaintenance && backup.Overlaps(maintenance) {
		l.conflict(Problem{Key: "database.backupWindow", Value: schema.Show(d.BackupWindow),
			Rule: "not at the time of maintenanceWindow, " + d.MaintenanceWindow,
			Fix:  "another time for one of the two"}, "database.maintenanceWindow")
	}
}
