package config

// HoursPerMonth is the month of the AWS price list.
const HoursPerMonth = 730

// ACUHours is what all instances of the cluster have in a month, at least and at most.
func (c *Config) ACUHours() (least, most float64) {
	hours := float64(1+c.Database.ReadReplicas) * HoursPerMonth
	return c.Database.MinCapacity * hours, c.Database.MaxCapacity * hours
}
