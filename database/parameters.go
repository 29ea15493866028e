package database

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// Parameter is a parameter of every parameter group, unless the configuration has another value.
type Parameter struct {
	Name, Value string // the value as RDS stores it: a boolean as 1 or 0, a time in milliseconds
	Why         string
}

// DefaultParameters are the parameters of every parameter group. log_statement stays off, because it would write the passwords in
// ALTER ROLE statements to the log. statement_timeout stays off, because it would end reports, backups and maintenance too.
func DefaultParameters() []Parameter {
	return []Parameter{
		{"rds.force_ssl", "1", "TLS is required, whatever the default of the engine version is"},
		{"log_min_duration_statement", "1000", "a statement of a second or longer is logged"},
		{"log_connections", "1", "who connects is logged"},
		{"log_disconnections", "1", "and for how long"},
		{"log_lock_waits", "1", "who waits for a lock for more than a second (deadlock_timeout) is logged, with who has it"},
		{
			"idle_in_transaction_session_timeout", "300000",
			"a session that is idle in a transaction for five minutes is ended: it holds its locks, and keeps VACUUM from cleaning up",
		},
		{"random_page_cost", "1.1", "on SSD storage, a page anywhere costs hardly more than the next one; PostgreSQL's 4 is for disks that turn"},
	}
}

// Parameters returns the parameters of a configuration by name: its own, over the defaults.
func Parameters(cfg *config.Config) map[string]string {
	values := map[string]string{}
	for _, parameter := range DefaultParameters() {
		values[parameter.Name] = parameter.Value
	}
	maps.Copy(values, cfg.Database.Parameters)
	return values
}

// Family is the parameter group family of an engine version: "postgres16" for "16" and "16.11".
func Family(engineVersion string) string {
	major, _, _ := strings.Cut(engineVersion, ".")
	return "postgres" + major
}

// ApplyMethod is the apply method of a parameter in RDS: "pending-reboot" for a static parameter, "immediate" for a
// dynamic one. RDS refuses "immediate" for a static parameter, and accepts "pending-reboot" for both.
//
// rds.force_ssl is dynamic, but its value here is the default of PostgreSQL 16 and 17. For a parameter with its default
// value RDS reports "pending-reboot", so with "immediate" every run would show a change.
func ApplyMethod(parameter string) string {
	if parameter == "rds.force_ssl" || slices.Contains(staticParameters(), parameter) {
		return "pending-reboot"
	}
	return "immediate"
}

// staticParameters are the parameters that take effect only after a restart (context "postmaster" in pg_settings),
// including those of RDS itself and of the extensions that can be preloaded.
func staticParameters() []string {
	return strings.Fields(`
		autovacuum_freeze_max_age autovacuum_max_workers autovacuum_multixact_freeze_max_age
		autovacuum_worker_slots commit_timestamp_buffers cron.database_name cron.host cron.log_run
		cron.max_running_jobs cron.timezone cron.use_background_workers debug_io_direct huge_pages
		io_max_combine_limit io_max_concurrency io_method jit_provider logging_collector
		max_active_replication_origins max_connections max_files_per_process max_locks_per_transaction
		max_logical_replication_workers max_notify_queue_pages max_pred_locks_per_transaction
		max_prepared_transactions max_replication_slots max_wal_senders max_worker_processes
		min_dynamic_shared_memory multixact_member_buffers multixact_offset_buffers notify_buffers
		old_snapshot_threshold pg_prewarm.autoprewarm pg_stat_statements.max rds.custom_dns_resolution
		rds.enable_pgactive rds.enable_plan_management rds.logical_replication
		rds.rds_superuser_reserved_connections rds.restrict_password_commands reserved_connections
		serializable_buffers shared_buffers shared_memory_type shared_preload_libraries subtransaction_buffers
		superuser_reserved_connections track_activity_query_size track_commit_timestamp transaction_buffers
		wal_buffers wal_decode_buffer_size`)
}

// parameterGroup registers the parameter group of an instance and its replicas. Its name is generated: a new major version
// needs a group of another family, which must exist before the instance can leave the old one. A retained instance has
// its own group, because it may have another major version.
func (b *builder) parameterGroup(identifier string, opts ...pulumi.ResourceOption) (*rds.ParameterGroup, error) {
	values := Parameters(b.cfg)
	parameters := rds.ParameterGroupParameterArray{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		parameters = append(parameters, rds.ParameterGroupParameterArgs{
			Name:        pulumi.String(name),
			Value:       pulumi.String(values[name]),
			ApplyMethod: pulumi.String(ApplyMethod(name)),
		})
	}
	group, err := rds.NewParameterGroup(b.ctx, identifier, &rds.ParameterGroupArgs{
		Family:      pulumi.String(Family(b.cfg.Database.EngineVersion)),
		Description: pulumi.Sprintf("Parameters of %s", identifier),
		Parameters:  parameters,
	}, append(opts, b.parent)...)
	if err != nil {
		return nil, fmt.Errorf("registering the parameter group %s: %w", identifier, err)
	}
	return group, nil
}
