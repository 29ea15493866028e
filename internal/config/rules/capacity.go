package rules

import (
	"fmt"
	"math"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// mostACU is the largest capacity of an instance of Aurora Serverless v2 (RDS API Reference: ServerlessV2ScalingConfiguration).
const mostACU = 256

// capacities are the rules of Aurora capacity units. The most is at least 1: an instance that cannot grow beyond 0.5 does not scale.
func capacities() schema.Rules {
	return schema.Rules{"minCapacity": capacity(0), "maxCapacity": capacity(1)}
}

// capacity asks for a number of ACUs that Aurora has.
func capacity(least float64) schema.Rule {
	return schema.Check(fmt.Sprintf("from %g to %d ACU, in steps of 0.5", least, mostACU), func(acu float64) string {
		if nearest := min(max(math.Round(acu*2)/2, least), mostACU); acu != nearest {
			return fmt.Sprintf("%g", nearest)
		}
		return ""
	}).As("minimum", least).As("maximum", mostACU).As("multipleOf", 0.5)
}
