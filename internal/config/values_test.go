package config_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/instanceclass"
	"github.com/mosaic-stories/mosaic-database/tests/configtest"
)

// somethingFits tells whether one of some values of a field is accepted beside other settings of its object, and what the last was told.
func somethingFits(t *testing.T, object, beside, field string, values ...string) (fits bool, why error) {
	t.Helper()
	for _, value := range values {
		source := configtest.With(t, fmt.Sprintf("%s: {%s, %s: %s}", config.Key(object), beside, field, value))
		if _, why = config.Load(source, "prod", config.StackFile{Keys: source.Keys()}); why == nil {
			return true, nil
		}
	}
	return false, why
}

// Several rules that hold one field never leave it without a value: what one of them advises, the others do not refuse.
func TestRulesOfOneFieldLeaveItAValue(t *testing.T) {
	sizes := []int{20, 21, 99, 100, 101, 399, 400, 401, 5243, 59577, 59578, 59579, 59580, 65535, 65536}
	for size := 20; size <= 65536; size += 1301 {
		sizes = append(sizes, size)
	}
	for _, size := range sizes {
		iops := fmt.Sprintf(", iops: %d", min(32768, 50*size)) // from half an operation for each GiB of the ceiling to 50 for each that is there
		for _, kind := range []string{"gp3", "io1" + iops, "io2" + iops} {
			if size < 100 && kind != "gp3" {
				continue // refused with the advice to take more, or gp3
			}
			beside := fmt.Sprintf("storageType: %s, allocatedStorage: %d", kind, size)
			fits, why := somethingFits(t, "database", beside, "maxAllocatedStorage", "65536", "0")
			assert.True(t, fits, "%s: %v", beside, why)
			fits, why = somethingFits(t, "database", beside, "maxAllocatedStorage", "0")
			assert.True(t, fits, "%s without autoscaling: %v", beside, why)
			fits, why = somethingFits(t, "database", beside+", maxAllocatedStorage: 0", "replicaMaxAllocatedStorage", "65536", "0")
			assert.True(t, fits, "%s: %v", beside, why)
		}
		if size >= 400 {
			beside := fmt.Sprintf("allocatedStorage: %d, maxAllocatedStorage: 0, iops: 64000", size)
			fits, why := somethingFits(t, "database", beside, "storageThroughput", "4000")
			assert.True(t, fits, "%s: %v", beside, why)
		}
	}
	for _, days := range []string{"advanced", "standard"} {
		fits, why := somethingFits(t, "database", "databaseInsightsMode: "+days, "performanceInsightsRetentionDays", "7", "465")
		assert.True(t, fits, why)
	}
	for _, deadline := range []string{"30", "86400"} {
		fits, why := somethingFits(t, "migrations", `image: "a:1", deadlineSeconds: `+deadline, "statementTimeoutSeconds", "1")
		assert.True(t, fits, why)
	}
	for _, class := range instanceclass.All() {
		for _, credentials := range []string{"master", "alternating"} {
			beside := fmt.Sprintf("instanceClass: %s, credentials: %s}\nmosaic-database:pooling: {enabled: true, tlsSecretName: t", class.Name, credentials)
			fits, why := somethingFits(t, "database", beside, "poolSize", "1")
			assert.True(t, fits, "%s: %v", beside, why)
		}
	}
}

// Whoever does what the report says gets no further: the advice of a number is a number that is accepted.
func TestTheCeilingThatIsAdvisedIsAccepted(t *testing.T) {
	for _, size := range []int{20, 91, 100, 400, 59577, 59578, 59579, 65536} {
		beside := fmt.Sprintf("allocatedStorage: %d", size)
		fits, why := somethingFits(t, "database", beside, "maxAllocatedStorage", "20")
		assert.False(t, fits, beside)
		var problems config.Problems
		if !assert.True(t, errors.As(why, &problems), beside) {
			continue
		}
		i := slices.IndexFunc(problems, func(p config.Problem) bool { return strings.HasSuffix(p.Key, ".maxAllocatedStorage") })
		advised, _, _ := strings.Cut(problems[i].Fix, " ")
		fits, why = somethingFits(t, "database", beside, "maxAllocatedStorage", advised)
		assert.True(t, fits, "%s, as advised: %v", beside, why)
	}
}
