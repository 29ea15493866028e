package instanceclass

import "cmp"

// standbyParameters are those of which a standby needs at least as much as its primary (PostgreSQL's documentation: Hot Standby,
// Administrator's Overview), with the default of RDS where it is a formula.
func standbyParameters() [][2]string {
	return [][2]string{
		{maxConnections, defaultMaxConnections},
		{"max_worker_processes", "GREATEST({DBInstanceVCPU*2},8)"},
		{"max_wal_senders", "0"}, {"max_prepared_transactions", "0"}, {"max_locks_per_transaction", "0"},
	}
}

// Shortfall is a parameter of which a standby would have less than it needs.
type Shortfall struct {
	Parameter  string
	Has, Needs int
}

// AsStandby are the parameters of which a replica of this class would have less than its primary. Its replay would stop at the first
// change. With the same class there is none.
func (c Class) AsStandby(primary Class, parameters map[string]string) []Shortfall {
	var all []Shortfall
	for _, parameter := range standbyParameters() {
		formula := cmp.Or(parameters[parameter[0]], parameter[1])
		has, err := Evaluate(formula, c)
		needs, otherErr := Evaluate(formula, primary)
		if err == nil && otherErr == nil && has < needs {
			all = append(all, Shortfall{Parameter: parameter[0], Has: int(has), Needs: int(needs)})
		}
	}
	return all
}
