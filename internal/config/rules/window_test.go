package rules

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// The bitmap of a week's minutes says the same as the arithmetic, for windows at every kind of border.
func TestWindowsOverlapExactlyWhenTheyShareAMinute(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	clock := func() int {
		if random.IntN(2) == 0 { // close to midnight, where arithmetic goes wrong
			return (minutesPerDay - 40 + random.IntN(80)) % minutesPerDay
		}
		return random.IntN(minutesPerDay)
	}
	var overlapping int
	for range 20_000 {
		from, length := clock(), 30+random.IntN(120)
		day, start, stretch := random.IntN(7), clock(), 30+random.IntN(300)
		if random.IntN(10) == 0 {
			stretch = random.IntN(minutesPerWeek)
		}
		begin := day*minutesPerDay + start
		end := (begin + stretch) % minutesPerWeek
		backup := fmt.Sprintf("%s-%s", hhmm(from), hhmm(from+length))
		maintenance := fmt.Sprintf("%s:%s-%s:%s", weekdays[day], hhmm(start), weekdays[end/minutesPerDay], hhmm(end))

		var week [minutesPerWeek]bool
		for minute := range stretch {
			week[(begin+minute)%minutesPerWeek] = true
		}
		shared := false
		for d := range 7 {
			for minute := range length {
				shared = shared || week[(d*minutesPerDay+from+minute)%minutesPerWeek]
			}
		}
		daily, ok := ParseBackupWindow(backup)
		require.True(t, ok, backup)
		weekly, ok := ParseMaintenanceWindow(maintenance)
		require.True(t, ok, maintenance)
		require.Equal(t, shared, daily.Overlaps(weekly), "%s and %s", backup, maintenance)
		if shared {
			overlapping++
		}
	}
	require.Greater(t, overlapping, 1_000, "both answers have to be met")
	require.Less(t, overlapping, 19_000, "both answers have to be met")
}

func hhmm(minute int) string {
	minute %= minutesPerDay
	return fmt.Sprintf("%02d:%02d", minute/60, minute%60)
}
