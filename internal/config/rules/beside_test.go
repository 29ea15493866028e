package rules

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBesideKeepsAnHourFromBoth(t *testing.T) {
	for name, test := range map[string]struct{ backup, maintenance, begins string }{
		"the defaults":                            {"03:00-04:00", "sun:04:00-sun:05:00", "06:00"},
		"maintenance at another time":             {"03:00-04:00", "sun:12:00-sun:13:00", "05:00"},
		"across midnight":                         {"22:30-23:10", "mon:00:00-mon:00:30", "01:40"},
		"maintenance over the week's end":         {"03:00-04:00", "sun:23:00-mon:06:00", "07:00"},
		"the last time there is":                  {"03:00-04:00", "sun:04:00-mon:00:00", "01:00"},
		"maintenance until the next backup":       {"03:00-04:00", "sun:04:00-mon:00:30", ""},
		"a backup window of nearly all day":       {"03:00-00:30", "sun:01:00-sun:01:30", ""},
		"a backup window that leaves its time":    {"03:00-00:00", "sun:08:00-sun:08:30", "01:00"},
		"maintenance that ends as a day's begins": {"03:00-04:00", "sun:05:00-sun:06:59", "08:00"},
	} {
		t.Run(name, func(t *testing.T) {
			daily, ok := ParseBackupWindow(test.backup)
			require.True(t, ok)
			weekly, ok := ParseMaintenanceWindow(test.maintenance)
			require.True(t, ok)
			hour, minute, found := daily.Beside(weekly)
			assert.Equal(t, test.begins != "", found)
			if found {
				assert.Equal(t, test.begins, fmt.Sprintf("%02d:%02d", hour, minute))
			}
		})
	}
}
