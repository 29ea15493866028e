package config

// Tier is a cost tier: the fields of Database that decide most of the bill, under one name. A stack
// overrides any of them under "database".
type Tier struct {
	Name        string // value of the key "tier"
	Description string // whom it is for, one sentence

	Engine                           Engine
	InstanceClass                    string
	StorageType                      string
	MinCapacity, MaxCapacity         float64 // ACU, of Aurora alone
	MultiAz                          bool
	ReadReplicas                     int
	BackupRetentionDays              int
	PerformanceInsightsRetentionDays int // 0: off
}

// Tiers is every tier, cheapest first. The first is the default. Performance Insights is on in all of them: seven days of
// it are free.
func Tiers() []Tier {
	const freeInsights = 7
	tiers := []Tier{
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
		{
			Name: "serverless", Description: "Aurora, whose capacity follows the load, from 1 GiB of memory to 8.",
			Engine: AuroraPostgreSQL, InstanceClass: ServerlessClass, StorageType: auroraStorage, MinCapacity: 0.5, MaxCapacity: 4,
			BackupRetentionDays: 7, PerformanceInsightsRetentionDays: freeInsights,
		},
	}
	for i := range tiers {
		if tiers[i].Engine == "" {
			tiers[i].Engine, tiers[i].StorageType = PostgreSQL, "gp3"
		}
	}
	return tiers
}

func tierNames() []string {
	var names []string
	for _, t := range Tiers() {
		names = append(names, t.Name)
	}
	return names
}

// apply sets the fields that a tier decides. An Aurora cluster has no storage to allocate.
func (t Tier) apply(d *Database) {
	d.Engine, d.StorageType = t.Engine, t.StorageType
	d.InstanceClass = t.InstanceClass
	d.MinCapacity, d.MaxCapacity = t.MinCapacity, t.MaxCapacity
	if t.Engine == AuroraPostgreSQL {
		d.AllocatedStorage, d.MaxAllocatedStorage, d.ReplicaMaxAllocatedStorage = 0, 0, 0
	}
	d.MultiAz = t.MultiAz
	d.ReadReplicas = t.ReadReplicas
	d.BackupRetentionDays = t.BackupRetentionDays
	d.PerformanceInsightsRetentionDays = t.PerformanceInsightsRetentionDays
}
