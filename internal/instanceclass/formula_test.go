package instanceclass

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The formulas are RDS's own and those that people write; the numbers are worked out by hand for 1 and 8 GiB.
func TestEvaluate(t *testing.T) {
	for formula, want := range map[string][2]float64{
		"200":                            {200, 200},
		"-1":                             {-1, -1},
		" 1.9 ":                          {1, 1},
		"{DBInstanceClassMemory/32768}":  {32768, 262144},
		"{DBInstanceClassMemory*3/4096}": {786432, 6291456},
		"LEAST({DBInstanceClassMemory/9531392},5000)":                   {112, 901},
		"GREATEST({DBInstanceClassMemory/63963136*1024},65536)":         {65536, 137518},
		"GREATEST({log(DBInstanceClassMemory/536870912)*600},200)":      {600, 2400},
		"SUM({DBInstanceVCPU*2},8)":                                     {12, 12},
		"LEAST(GREATEST({DBInstanceClassMemory/1073741824},2),4,{3*1})": {2, 3},
	} {
		for i, name := range []string{"db.t3.micro", "db.t3.large"} {
			class, _ := Lookup(name)
			got, err := Evaluate(formula, class)
			require.NoError(t, err, formula)
			assert.Equal(t, want[i], got, "%s on %s", formula, name)
		}
	}
	class, _ := Lookup("db.t3.micro")
	for _, wrong := range []string{
		"", "256MB", "many", "{}", "{DBInstanceClassMemory", "LEAST()", "LEAST", "ln(2)", "log(1,2)", "f.g(1)", "{1+1}", "+1", `"5"`, "{1/0}", "0x1p-2000/0", "func(){}", "a[1]",
	} {
		_, err := Evaluate(wrong, class)
		assert.Error(t, err, wrong)
	}
}
