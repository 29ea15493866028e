package config

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// contradictions checks what no field can be asked alone.
func (l *loader) contradictions() {
	l.names()
	l.apps()
	l.cluster()
	l.placement()
	l.version()
	l.storage()
	l.memory()
	l.availability()
	l.kmsKey("database.kmsKeyId", l.config.Database.KmsKeyID)
	l.kmsKey("alerts.kmsKeyId", l.config.Alerts.KmsKeyID)
	l.kmsKey("database.secretKmsKeyId", l.config.Database.SecretKmsKeyID)
	l.migrations()
	l.timeouts()
	l.pooling()
	l.restore()
	l.generations()
	l.logins()
}

// names holds the names that are put together to the limits of what they name.
func (l *loader) names() {
	const revision = "0123456789" // ten characters, as every revision has
	env, app := l.config.Environment, l.config.App.Name
	if !l.sound("environment", "app.name") {
		return
	}
	l.length("identifier of the last read replica", naming.Replica(naming.Generation(env, l.config.Restore.Generation), 15), 63, "environment", env)
	l.length("name of the application's role", naming.SecretsRole(env, app), 64, "environment or app.name", env)
	l.length("name of the migration Job", naming.MigrationJob(app, revision), 63, "app.name", app)
	if l.config.Database.MonitoringInterval != 0 {
		l.length("name of the monitoring role", naming.MonitoringRole(naming.Instance(env)), 64, "environment", env)
	}
}

// length holds one name to its limit; fields are those that make it shorter, value is what the first holds.
func (l *loader) length(what, name string, limit int, fields, value string) {
	over := len(name) - limit
	if over <= 0 {
		return
	}
	field, _, _ := strings.Cut(fields, " ")
	l.add(Problem{
		Key: ownKey(field), Value: show(value),
		Rule: fmt.Sprintf("the %s, %s, has at most %d characters", what, show(name), limit),
		Fix:  fmt.Sprintf("%s shorter by %d", fields, over),
	})
}

// cluster asks for the name of the cluster, or for everything that is looked up by it.
func (l *loader) cluster() {
	c := l.config
	if c.Cluster.Context != "" && c.Cluster.Kubeconfig == "" {
		l.conflict(c.Cluster.Context, "a context belongs to a kubeconfig", "cluster.kubeconfig too, or remove the field",
			"cluster.context", "cluster.kubeconfig")
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
	given("cluster.kubeconfig", c.Cluster.Kubeconfig != "" || !c.Delivery.InCluster())
	given("cluster.oidcIssuer", c.Cluster.OIDCIssuer != "")
	given("network.vpcId", c.Network.VpcID != "")
	given("network.subnetIds", len(c.Network.SubnetIDs) > 0)
	given("network.ingressCidrs", len(c.Network.IngressCidrs) > 0)
	if len(missing) > 0 {
		l.conflict("", "required, unless everything that is looked up by it is given; missing: "+strings.Join(missing, ", "),
			"the name of the EKS cluster, or the missing fields", "cluster.name", "delivery")
	}
}

// placement holds the availability zone to the region, and to a single instance.
func (l *loader) placement() {
	zone := l.config.Database.AvailabilityZone
	if zone == "" {
		return
	}
	if l.config.Database.MultiAz {
		l.conflict(zone, "not together with multiAz: RDS places instance and standby, and swaps them on failover",
			"nothing: remove the field", "database.availabilityZone", "database.multiAz")
	}
	if region := l.config.Region; !l.wrong["aws:region"] && !strings.HasPrefix(zone, region) {
		l.conflict(zone, "a zone of aws:region, "+region, "one such as "+region+"a", "database.availabilityZone")
	}
}

// version holds a pinned minor version and automatic minor upgrades apart: after an upgrade, the pinned
// version would be a downgrade, which RDS refuses in every run.
func (l *loader) version() {
	d := l.config.Database
	if major, _, pinned := strings.Cut(d.EngineVersion, "."); pinned && d.AutoMinorVersionUpgrade {
		l.conflict(d.EngineVersion, "no minor version with autoMinorVersionUpgrade: after RDS's own upgrade it would be a downgrade, which RDS refuses",
			fmt.Sprintf("%q, or autoMinorVersionUpgrade: false", major), "database.engineVersion", "database.autoMinorVersionUpgrade")
	}
}

// availability holds backups, replicas and insights together.
func (l *loader) availability() {
	d := l.config.Database
	if d.ReadReplicas > 0 && d.BackupRetentionDays == 0 {
		l.conflict(d.BackupRetentionDays, fmt.Sprintf("1 or more with read replicas (%d): they are made from backups", d.ReadReplicas),
			"1 or more, or readReplicas: 0", "database.backupRetentionDays", "database.readReplicas")
	}
	const advancedDays = 465
	if d.DatabaseInsightsMode == "advanced" && d.PerformanceInsightsRetentionDays < advancedDays {
		l.conflict(d.PerformanceInsightsRetentionDays, fmt.Sprintf("%d or more with databaseInsightsMode advanced", advancedDays),
			fmt.Sprintf("%d, or databaseInsightsMode: standard", advancedDays),
			"database.performanceInsightsRetentionDays", "database.databaseInsightsMode")
	}
	backup, okBackup := parseBackupWindow(d.BackupWindow)
	maintenance, okMaintenance := parseMaintenanceWindow(d.MaintenanceWindow)
	if okBackup && okMaintenance && overlap(backup, maintenance) {
		l.conflict(d.BackupWindow, "not at the time of maintenanceWindow, "+d.MaintenanceWindow,
			"another time for one of the two", "database.backupWindow", "database.maintenanceWindow")
	}
}

// kmsKey holds a KMS key to the region.
func (l *loader) kmsKey(field, arn string) {
	region := l.config.Region
	if m := keyARN.FindStringSubmatch(arn); m != nil && m[1] != region && !l.wrong["aws:region"] {
		l.conflict(arn, "a key in aws:region, "+region, "the ARN of a key in "+region, field)
	}
}

// migrations asks for an image while there is something to run.
func (l *loader) migrations() {
	if m := l.config.Migrations; m.Enabled && m.Image == "" {
		l.conflict("", "required while migrations are enabled", "the image that holds the migrations, or migrations.enabled: false",
			"migrations.image", "migrations.enabled")
	}
}

// timeouts holds a statement's time to the Job's: what runs on after the Job ended runs unwatched.
func (l *loader) timeouts() {
	if m := l.config.Migrations; m.StatementTimeoutSeconds > m.DeadlineSeconds {
		l.conflict(m.StatementTimeoutSeconds, fmt.Sprintf("at most deadlineSeconds, %d: the statement would outlive the Job", m.DeadlineSeconds),
			fmt.Sprintf("%d or less, or a longer deadlineSeconds", m.DeadlineSeconds),
			"migrations.statementTimeoutSeconds", "migrations.deadlineSeconds")
	}
}

// restore asks for one source, and for all of it.
func (l *loader) restore() {
	r := l.config.Restore
	var sources []string
	for _, source := range []struct {
		field string
		given bool
	}{
		{"restore.snapshotIdentifier", r.SnapshotIdentifier != ""},
		{"restore.pointInTime", r.PointInTime != ""},
		{"restore.useLatestRestorableTime", r.UseLatestRestorableTime},
	} {
		if source.given {
			sources = append(sources, source.field)
		}
	}
	pointInTime := r.PointInTime != "" || r.UseLatestRestorableTime
	switch {
	case len(sources) > 1:
		l.conflict("", "one source at most; given: "+strings.Join(sources, ", "), "one of them", "restore")
	case r.SourceInstanceIdentifier != "" && r.SourceDbiResourceID != "":
		l.conflict(r.SourceDbiResourceID, "not with sourceInstanceIdentifier: it names the same", "one of the two",
			"restore.sourceDbiResourceId", "restore.sourceInstanceIdentifier")
	case pointInTime && r.SourceInstanceIdentifier == "" && r.SourceDbiResourceID == "":
		l.conflict("", "required with "+sources[0], "the identifier of the instance whose backups are used, such as "+
			naming.Instance(l.config.Environment), "restore.sourceInstanceIdentifier", sources[0])
	case !pointInTime && r.SourceDbiResourceID != "":
		l.conflict(r.SourceDbiResourceID, "only with pointInTime or useLatestRestorableTime",
			"one of them too, or remove the field", "restore.sourceDbiResourceId", "restore.pointInTime")
	case !pointInTime && r.SourceInstanceIdentifier != "":
		l.conflict(r.SourceInstanceIdentifier, "only with pointInTime or useLatestRestorableTime",
			"one of them too, or remove the field", "restore.sourceInstanceIdentifier", "restore.pointInTime")
	}
}
