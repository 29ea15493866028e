package lifecycle

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/oncluster"
	"github.com/mosaic-stories/mosaic-database/tests/pictures"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// TestPictureOfAnUp draws the schedule of prod, which TestAnUpTakesAsLongAsItsInstance holds the engine to.
func TestPictureOfAnUp(t *testing.T) {
	oncluster.Simulated(t, "the durations are assumptions")
	l := live.Started(t, "prod")
	steps := steps(l.Resources(), scheduled(l))
	instance := steps[slices.IndexFunc(steps, func(s pictures.Step) bool { return s.Name == "RDS Instance" })]
	for _, step := range steps {
		assert.Equal(t, step.Start >= instance.End, slices.Contains([]string{
			"Dashboard", "LogMetricFilter", "MetricAlarm", "EventSubscription", "Topic", "TopicPolicy", "TopicSubscription", "SecretVersion", "ExternalSecret", "migration Job",
		}, strings.Split(step.Name, " ×")[0]), "%s waits for the instance", step.Name)
	}
	assumed := fmt.Sprintf("instance %s, migration %s, synchronisation %s, other resources of AWS %s, objects in the cluster %s; without look-ups",
		spoken(instanceTime), spoken(migratesTime), spoken(syncsTime), spoken(awsTime), spoken(clusterTime))
	pictures.Check(t, "up", pictures.Up(steps, assumed))
}

// spoken is a duration as people write it: 10 min, 20 s.
func spoken(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%g s", d.Seconds())
	}
	return fmt.Sprintf("%g min", d.Minutes())
}

// steps groups resources of one type that are made at the same time, from the end of the look-ups on.
func steps(resources []live.Resource, done schedule) []pictures.Step {
	lookups := slices.Min(slices.Collect(maps.Values(done)))
	count := map[pictures.Step]int{}
	for _, r := range resources {
		if duration(r.Type) == 0 {
			continue
		}
		end := done[recorder.ShortURN(r.URN)]
		step := pictures.Step{Name: named(r.Type), Fill: fill(r.Type), Start: end - duration(r.Type) - lookups, End: end - lookups}
		for _, needed := range r.Dependencies {
			kind, _, _ := strings.Cut(recorder.ShortURN(needed), "::")
			if done[recorder.ShortURN(needed)] == step.Start+lookups && duration(kind) > 0 && named(kind) > step.After {
				step.After = named(kind)
			}
		}
		count[step]++
	}
	var all []pictures.Step
	for step, n := range count {
		if n > 1 {
			step.Name += fmt.Sprintf(" × %d", n)
		}
		all = append(all, step)
	}
	slices.SortFunc(all, func(a, b pictures.Step) int { return cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(a.Name, b.Name)) })
	return all
}

// named is what the picture calls a type.
func named(kind string) string {
	switch kind {
	case live.InstanceType:
		return "RDS Instance"
	case live.JobType:
		return "migration Job"
	}
	return kind[strings.LastIndex(kind, ":")+1:]
}

// fill is the colour of a type in the picture of the system.
func fill(kind string) string {
	for _, part := range pictures.Parts() {
		if slices.Contains(part.Types, kind) {
			return part.Fill()
		}
	}
	return "plain"
}
