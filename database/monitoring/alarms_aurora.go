package monitoring

import (
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// auroraRows is the table of the alarms that an instance of Aurora Serverless v2 has besides. Its memory and processor are reported in
// shares of what maxCapacity has (Aurora User Guide: Monitoring Aurora Serverless v2 with CloudWatch).
func auroraRows(i instance, a config.Alerts) []row {
	return []row{
		// One that pauses is silent then, so that silence is no alarm.
		{skip: !i.Pauses, Alarm: Alarm{Kind: "high-cpu", Metric: "CPUUtilization", Statistic: average, Periods: 2,
			Threshold: above(a.CPUPercent),
			About:     fmt.Sprintf("CPU above %d %% for ten minutes", a.CPUPercent)}},
		{skip: !i.Aurora, Alarm: Alarm{Kind: "high-capacity", Metric: "ACUUtilization", Title: "Capacity in use (%)", Statistic: average, Periods: 3,
			Threshold: above(a.ACUPercent),
			About:     fmt.Sprintf("more than %d %% of maxCapacity in use for 15 minutes: it cannot scale much further", a.ACUPercent)}},
		{skip: !i.Aurora, Alarm: Alarm{Kind: "low-local-storage", Metric: "FreeLocalStorage", Title: "Free local storage (bytes)", Statistic: minimum, Periods: 3,
			Threshold: below(float64(a.FreeLocalGiB) * gibByte),
			About:     fmt.Sprintf("less than %d GiB for temporary files and logs for 15 minutes; there is more with a higher maxCapacity", a.FreeLocalGiB)}},
	}
}

// clusterRows is the table of alarms for an Aurora cluster. The lag is in milliseconds, and that of the slowest reader: after a failover
// another instance reads.
func clusterRows(cfg *config.Config) []row {
	a, db := cfg.Alerts, cfg.Database
	return []row{
		{skip: !db.Aurora() || db.ReadReplicas == 0, Alarm: Alarm{Kind: "replica-lag", Metric: "AuroraReplicaLagMaximum", Title: "Lag of the slowest reader (ms)", Statistic: maximum, Periods: 2,
			Threshold: above(a.ReplicaLagSeconds * 1000),
			About:     fmt.Sprintf("a reader more than %d seconds behind for ten minutes", a.ReplicaLagSeconds)}},
		{skip: !db.Aurora(), Alarm: transactionIDs(a)},
	}
}
