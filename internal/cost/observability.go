package cost

import (
	"fmt"
	"slices"
	"strings"
)

const (
	freeInsightsDays = 7
	freeDashboards   = 3 // for each account
)

// observability adds what CloudWatch and RDS bill for being watched.
func (e *estimator) observability() {
	if e.alarms > 0 {
		e.priced("alarms", fmt.Sprintf("%d in CloudWatch", e.alarms), "alarm-month", float64(e.alarms))
	}
	if e.cfg.Alerts.Notify() {
		e.priced("failed logins", "1 metric of the log, at most", "metric-month", 1)
	}
	if e.cfg.Alerts.Dashboard {
		e.free("dashboard", fmt.Sprintf("free among the first %d of the account", freeDashboards))
	}
	e.log("logs", "", e.cfg.Budget.ExpectedLogGiB)
	if len(e.db.Audit) > 0 {
		e.log("audit log", strings.Join(e.db.Audit, ", ")+": ", e.cfg.Budget.ExpectedAuditGiB)
	}
	e.insights()
	if interval := e.db.MonitoringInterval; interval > 0 {
		e.unknown("enhanced monitoring", fmt.Sprintf("every %d s, by the volume of its log", interval))
	}
}

// log adds a part of the exported logs, of what and of how many GiB a month. CloudWatch charges for their ingestion, and for their storage during the
// retention.
func (e *estimator) log(item, of string, gib int) {
	if gib == 0 {
		return
	}
	days := e.db.LogRetentionDays
	detail := fmt.Sprintf("%s%d GiB a month, kept %d days", of, gib, days)
	ingestion, ok := e.prices.Item["log GB"]
	storage, known := e.prices.Item["log GB-month"]
	if !ok || !known {
		e.unknown(item, detail)
		return
	}
	const daysPerMonth = hoursPerMonth / 24.0
	monthly := float64(gib) * (ingestion.USD + storage.USD*float64(days)/daysPerMonth)
	sources := slices.Sorted(slices.Values(slices.Concat(ingestion.Sources, storage.Sources)))
	e.add(Line{Item: item, Detail: detail, Monthly: monthly, Known: true, Sources: slices.Compact(sources)})
}

func (e *estimator) insights() {
	vcpus := e.class.VCPU + e.db.ReadReplicas*e.replicaClass.VCPU
	if e.db.MultiAz {
		vcpus += e.class.VCPU
	}
	days := e.db.PerformanceInsightsRetentionDays
	retention := fmt.Sprintf("%d days", days)
	switch {
	case e.db.DatabaseInsightsMode == "advanced" && !e.known:
		e.unknown("Database Insights", "advanced")
	case e.db.DatabaseInsightsMode == "advanced" && e.db.Aurora():
		expected, most := e.acuHours()
		e.ranged(Line{Item: "Database Insights", Detail: "advanced"}, "Database Insights Advanced ACU-hour", expected, most)
	case e.db.DatabaseInsightsMode == "advanced":
		e.priced("Database Insights", "advanced", "Database Insights Advanced vCPU-hour", float64(vcpus)*hoursPerMonth)
	case days == 0:
	case days <= freeInsightsDays:
		e.free("Performance Insights", retention)
	default:
		e.unknown("Performance Insights", retention)
	}
}
