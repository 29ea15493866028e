package prices

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// dated is a date as far as it is known, so that the estimate can compare dates.
var dated = regexp.MustCompile(`^(20\d\d(-\d\d(-\d\d)?)?|undated)$`)

func TestEveryPriceHasASource(t *testing.T) {
	names, err := fs.Glob(files, "*.json")
	require.NoError(t, err)
	check := func(name string, sources map[string]Source, keys []string) {
		assert.NotEmpty(t, keys, name)
		for _, key := range keys {
			assert.NotEmpty(t, sources[key].What, "%s: %s", name, key)
			assert.Regexp(t, dated, sources[key].Date, "%s: %s", name, key)
		}
	}
	for _, name := range names {
		region := strings.TrimSuffix(name, ".json")
		if region == "reserved" {
			continue
		}
		assert.Regexp(t, naming.Region, region)
		prices, err := Of(region)
		require.NoError(t, err)
		assert.NotZero(t, len(prices.InstanceHour)+len(prices.Item), region)
		for class, p := range prices.InstanceHour {
			check(region+" "+class, prices.Sources, p.Sources)
			assert.Positive(t, p.SingleAz, "%s %s", region, class)
			if p.MultiAz != 0 {
				assert.InEpsilon(t, 2*p.SingleAz, p.MultiAz, 0.1, "%s %s: Multi-AZ is about twice the price, with two readable standbys about three times", region, class)
			}
		}
		for item, p := range prices.Item {
			check(region+" "+item, prices.Sources, p.Sources)
			assert.Positive(t, p.USD, "%s %s", region, item)
		}
	}
	reserved, err := OfReserved()
	require.NoError(t, err)
	for _, d := range reserved.Discounts {
		check(d.Term, reserved.Sources, d.Sources)
		assert.Less(t, d.Least, d.Most, d.Term)
	}
}

// Every run reads the prices of its region: of a few hundred classes in less than two milliseconds.
func BenchmarkOf(b *testing.B) {
	for b.Loop() {
		if _, err := Of("us-east-1"); err != nil {
			b.Fatal(err)
		}
	}
}
