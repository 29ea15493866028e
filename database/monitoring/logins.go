package monitoring

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// rdsNamespace is the namespace of RDS's own metrics.
const rdsNamespace = "AWS/RDS"

// Namespace is the namespace of the alarm's metric. That of a log's metric names the server, because the metric has no dimension.
func (a Alarm) Namespace() string {
	if a.Dimension == ofLog {
		return config.Namespace + "/" + a.Identifier
	}
	return rdsNamespace
}

// failures are what PostgreSQL writes when it lets nobody in: for a wrong password or an unknown login, for one without TLS, and for a wrong token, which
// RDS checks with a module of PAM.
func failures() []string {
	return []string{"FATAL:  password authentication failed for user", "FATAL:  no pg_hba.conf entry for host", "FATAL:  PAM authentication failed for user"}
}

const failedLogins = "failed-logins"

// logRows is the table of alarms on the log of the instance that writes. While the password of the master user is rotated, logins fail for some
// minutes; those of a script that guesses go on.
func logRows(a config.Alerts) []row {
	return []row{
		{Alarm: Alarm{Kind: failedLogins, Metric: "FailedLogins", Title: "Failed logins (in 5 min)", Statistic: sum, Periods: 2, MissingData: treatNotBreaching,
			Threshold: above(a.FailedLogins),
			About:     fmt.Sprintf("more than %d failed logins in five minutes, for ten minutes", a.FailedLogins)}},
	}
}

// failedLogins registers the filter that counts the failed logins in the log.
func (m *monitor) failedLogins() error {
	cfg := m.args.Config
	group := naming.LogGroup(cfg.Instance(), "postgresql")
	if cfg.Database.Aurora() {
		group = naming.ClusterLogGroup(cfg.Instance(), "postgresql")
	}
	name := cfg.Instance() + "-" + failedLogins
	counted := Alarm{Identifier: cfg.Instance(), Dimension: ofLog}
	_, err := cloudwatch.NewLogMetricFilter(m.ctx, name, &cloudwatch.LogMetricFilterArgs{
		Name:         pulumi.String(name),
		LogGroupName: pulumi.String(group),
		Pattern:      pulumi.String(pattern(failures())),
		MetricTransformation: cloudwatch.LogMetricFilterMetricTransformationArgs{
			Namespace: pulumi.String(counted.Namespace()), Name: pulumi.String(logRows(m.alerts)[0].Metric), Value: pulumi.String("1"),
		},
	}, m.args.Parent, m.afterPrimary())
	if err != nil {
		return fmt.Errorf("registering the filter %s: %w", name, err)
	}
	return nil
}

// pattern is the filter pattern of CloudWatch Logs for lines with any of some phrases.
func pattern(phrases []string) string { return `?"` + strings.Join(phrases, `" ?"`) + `"` }
