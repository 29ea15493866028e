package rules

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

const (
	minutesPerDay  = 24 * 60
	minutesPerWeek = 7 * minutesPerDay

	shortestWindow = 30 // minutes; RDS's rule for both windows
)

var (
	dailyWindow  = regexp.MustCompile(`^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$`)
	weeklyWindow = regexp.MustCompile(`^([a-z]{3}):([01]\d|2[0-3]):([0-5]\d)-([a-z]{3}):([01]\d|2[0-3]):([0-5]\d)$`)
	weekdays     = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
)

// Window is a stretch of time that comes again: every day, or every week.
type Window struct {
	start  int // minutes from midnight, or from Monday's midnight
	length int // minutes
}

// ParseBackupWindow reads RDS's daily window, such as "23:30-00:30".
func ParseBackupWindow(s string) (Window, bool) {
	m := dailyWindow.FindStringSubmatch(s)
	if m == nil {
		return Window{}, false
	}
	return span(minutes(m[1], m[2]), minutes(m[3], m[4]), minutesPerDay), true
}

// ParseMaintenanceWindow reads RDS's weekly window, such as "sun:23:30-mon:00:30".
func ParseMaintenanceWindow(s string) (Window, bool) {
	m := weeklyWindow.FindStringSubmatch(s)
	if m == nil {
		return Window{}, false
	}
	from, to := slices.Index(weekdays, m[1]), slices.Index(weekdays, m[4])
	if from < 0 || to < 0 {
		return Window{}, false
	}
	start := from*minutesPerDay + minutes(m[2], m[3])
	end := to*minutesPerDay + minutes(m[5], m[6])
	return span(start, end, minutesPerWeek), true
}

// span is the window from start to end, across the end of the period if end comes first.
func span(start, end, period int) Window {
	return Window{start: start, length: (end - start + period) % period}
}

// minutes is a clock time of two-digit hour and minute, as minutes from midnight.
func minutes(hour, minute string) int {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	return h*60 + m
}

// Overlaps tells whether a daily and a weekly window have a minute in common in any week.
func (daily Window) Overlaps(weekly Window) bool {
	for day := range 7 {
		start := day*minutesPerDay + daily.start
		sinceWeekly := (start - weekly.start + minutesPerWeek) % minutesPerWeek
		sinceDaily := (weekly.start - start + minutesPerWeek) % minutesPerWeek
		if sinceWeekly < weekly.length || sinceDaily < daily.length {
			return true
		}
	}
	return false
}

// Beside is when something may begin every day, within an hour, that keeps an hour's distance from a daily window and from a weekly one: the
// first time after the daily one, in steps of half an hour; false if there is none.
func (daily Window) Beside(weekly Window) (hour, minute int, found bool) {
	const distance, begins, step = 60, 60, 30
	free := Window{length: distance + begins + distance}
	for since := 0; since+free.length <= minutesPerDay-daily.length; since += step {
		free.start = (daily.start + daily.length + since) % minutesPerDay
		if start := (free.start + distance) % minutesPerDay; !free.Overlaps(weekly) {
			return start / 60, start % 60, true
		}
	}
	return 0, 0, false
}

// window asks for a window that a parser understands and that is long enough for RDS.
func window(form, example string, parse func(string) (Window, bool)) schema.Rule {
	return schema.Check(form+" in UTC, at least 30 minutes long", func(s string) string {
		w, ok := parse(s)
		switch {
		case !ok:
			return "one such as " + example
		case w.length < shortestWindow:
			return "an end at least 30 minutes after the start"
		}
		return ""
	})
}
