package config

// Tier is a cost tier: the fields of Database that decide most of the bill, under one name. A stack
// overrides any of them under "database".
type Tier struct {
	Name        string // value of the key "tier"
	Description string // whom it is for, one sentence

	InstanceClass                    string
	MultiAz                          bool
	ReadReplicas                     int
	BackupRetentionDays              int
	PerformanceInsightsRetentionDays int // 0: off
}

// Tiers is every tier, cheapest first. The first is the default. Performance Insights is on in all of them: seven days of
// it are free.
func Tiers() []Tier {
	const freeInsights = 7
	return []Tier{
		{
			Name: "mvp", Description: "The cheapest that is safe: one small burstable instance.",
			InstanceClass: "db.t3.micro", BackupRetentionDays: 7, PerformanceInsightsRetentionDays: freeInsights,
		},
		{
			Name: "small", Description: "Twice the memory of mvp, for the first real users.",
			InstanceClass: "db.t3.small", BackupRetentionDays: 7, PerformanceInsightsRetentionDays: freeInsights,
		},
		{
			Name: "medium", Description: "Four times the memory of mvp.",
			InstanceClass: "db.t3.medium", BackupRetentionDays: 7, PerformanceInsightsRetentionDays: freeInsights,
		},
		{
			Name: "ha", Description: "medium with a standby in a second availability zone and a month of backups.",
			InstanceClass: "db.t3.medium", MultiAz: true, BackupRetentionDays: 30, PerformanceInsightsRetentionDays: freeInsights,
		},
		{
			Name: "scale", Description: "ha with a read replica and a month of performance insights.",
			InstanceClass: "db.t3.medium", MultiAz: true, ReadReplicas: 1, BackupRetentionDays: 30,
			PerformanceInsightsRetentionDays: 31,
		},
	}
}

// apply sets the fields that a tier decides.
func (t Tier) apply(d *Database) {
	d.InstanceClass = t.InstanceClass
	d.MultiAz = t.MultiAz
	d.ReadReplicas = t.ReadReplicas
	d.BackupRetentionDays = t.BackupRetentionDays
	d.PerformanceInsightsRetentionDays = t.PerformanceInsightsRetentionDays
}

// What is handed passwords is named by what is in it: a tag can be moved to another image. Renovate proposes newer ones.
const (
	bootstrapImage = "postgres:16.15-alpine@sha256:721873c34ceb9f8d8fc265984940dc982404c105f19ad51be9fdc5970a6080ea"
	poolerImage    = "edoburu/pgbouncer:v1.25.2-p0@sha256:7d7a27d9e90985cab5cf42256f5c13a3120baa4b055b69df37beb272b89b2340"
)

// defaults is the configuration of a stack that sets nothing: what all tiers have in common, and the first of them.
func defaults(stack string) *Config {
	c := &Config{
		Stack:       stack,
		Environment: stack,
		Tier:        Tiers()[0].Name,
		Delivery:    DeliveryPulumi,
		Tags:        map[string]string{},
		Database: Database{
			Name:                      "mosaic",
			Username:                  "mosaicadmin",
			Port:                      5432,
			EngineVersion:             "16",
			AutoMinorVersionUpgrade:   true,
			AllocatedStorage:          20,
			MaxAllocatedStorage:       100,
			StorageType:               "gp3",
			BackupWindow:              "03:00-04:00",
			MaintenanceWindow:         "sun:04:00-sun:05:00",
			DeletionProtection:        true,
			IamDatabaseAuthentication: true,
			DatabaseInsightsMode:      "standard",
			LogRetentionDays:          30,
			Parameters:                map[string]string{},
			Credentials:               CredentialsMaster,
			PasswordVersion:           1,
			BootstrapImage:            bootstrapImage,
			SecretRecoveryDays:        30,
		},
		App: App{Name: "core-api", ReloadOnChange: true},
		Migrations: Migrations{
			Enabled:         true,
			Command:         []string{"alembic", "upgrade", "head"},
			Attempt:         1,
			DeadlineSeconds: 600,
			// Everything that uses the table queues behind a statement that waits for its lock.
			LockTimeoutSeconds: 10,
			BackoffLimit:       2,
			CPU:                "500m",
			Memory:             "256Mi",
		},
		Alerts: Alerts{
			CPUPercent: 80, FreeStoragePercent: 20, FreeMemoryPercent: 5, ConnectionsPercent: 80,
			ReplicaLagSeconds: 600, DiskQueueDepth: 64, Dashboard: true,
		},
		// Ten for each of three pods are about a quarter of the connections of the smallest class.
		Pooling: Pooling{Image: poolerImage, PoolSize: 10, MaxClientConnections: 500},
		Budget:  Budget{OnExceed: "warn", ExpectedLogGiB: 1},

		Restore: Restore{Generation: 1},
		Waivers: map[string]string{},
	}
	Tiers()[0].apply(&c.Database)
	return c
}
