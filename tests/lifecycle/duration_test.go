package lifecycle

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// How long operations take, in the orders of magnitude that RDS, AWS and a cluster have. They are an assumption.
const (
	instanceTime = 10 * time.Minute
	migratesTime = 20 * time.Second
	syncsTime    = 5 * time.Second
	awsTime      = 2 * time.Second
	clusterTime  = time.Second
	lookupTime   = 100 * time.Millisecond
)

func duration(kind string) time.Duration {
	switch {
	case kind == live.InstanceType:
		return instanceTime
	case kind == live.JobType:
		return migratesTime
	case strings.HasSuffix(kind, ":ExternalSecret"):
		return syncsTime
	case strings.HasPrefix(kind, "aws:"):
		return awsTime
	case strings.HasPrefix(kind, "kubernetes:"):
		return clusterTime
	default:
		return 0 // random values, components, providers
	}
}

// schedule is when each resource is done at the earliest, from the beginning of the run: when all are that it depends
// on, and its own time.
type schedule map[string]time.Duration

// scheduled is the schedule by what the state says of dependencies. The look-ups come before everything, one by one.
func scheduled(l *live.Stack) schedule {
	l.T.Helper()
	var lookups time.Duration
	for _, operation := range l.Cloud.Log() {
		if operation.Op == "invoke" {
			lookups += lookupTime
		}
	}
	done := schedule{}
	for _, r := range l.Resources() { // each after what it depends on
		end := lookups
		for _, needed := range r.Dependencies {
			end = max(end, done[recorder.ShortURN(needed)])
		}
		done[recorder.ShortURN(r.URN)] = end + duration(r.Type)
	}
	return done
}

// end is when all of it is done.
func (s schedule) end() time.Duration { return slices.Max(slices.Collect(maps.Values(s))) }

func (s schedule) String() string {
	var lines []string
	for _, name := range slices.SortedFunc(maps.Keys(s), func(a, b string) int { return int(s[a] - s[b]) }) {
		lines = append(lines, fmt.Sprintf("%8s  %s", s[name], name))
	}
	return strings.Join(lines, "\n")
}

// follow holds the operations of a run to the schedule: none ends before those that end earlier. A run that makes one
// wait for another without need would stand still; that is the error, and the run goes on without the schedule.
// Nothing in it depends on how fast this machine is.
func (s schedule) follow(cloud *simcloud.Cloud) (finish func() error) {
	const patience = time.Minute // without an operation that begins or ends
	var (
		mu      sync.Mutex
		changed = sync.NewCond(&mu)
		ahead   = map[string]time.Duration{} // what has not ended
		stuck   error
	)
	for name, end := range s {
		if strings.HasPrefix(name, "aws:") || strings.HasPrefix(name, "kubernetes:") {
			ahead[name] = end
		}
	}
	giveUp := time.AfterFunc(patience, func() {
		mu.Lock()
		defer mu.Unlock()
		stuck = fmt.Errorf("something waits without need; not done are:\n%s", schedule(ahead))
		changed.Broadcast()
	})
	cloud.Takes = func(op simcloud.Operation) {
		mu.Lock()
		defer mu.Unlock()
		giveUp.Reset(patience)
		end, known := ahead[live.Label(op)]
		if op.Op != "create" || !known {
			return
		}
		earlier := func(other time.Duration) bool { return other < end }
		for stuck == nil && slices.ContainsFunc(slices.Collect(maps.Values(ahead)), earlier) {
			changed.Wait()
		}
		delete(ahead, live.Label(op))
		giveUp.Reset(patience)
		changed.Broadcast()
	}
	return func() error {
		giveUp.Stop()
		mu.Lock()
		defer mu.Unlock()
		if stuck == nil && len(ahead) > 0 {
			return fmt.Errorf("never made:\n%s", schedule(ahead))
		}
		return stuck
	}
}

// TestAnUpTakesAsLongAsItsInstance: at most 1.05 times as long, by the durations above; with replicas, as the instance
// and one replica, and the application has its database before they are there. 1.05 is 30 seconds, of which the
// migration and the synchronisation have 25: one more step before or after the instance is too much.
func TestAnUpTakesAsLongAsItsInstance(t *testing.T) {
	const most = 1.05
	for name, test := range map[string]struct {
		overrides []engine.Override
		chain     time.Duration // of instances that wait for each other
	}{
		"the smallest": {chain: instanceTime},
		"everything": {chain: 2 * instanceTime, overrides: []engine.Override{
			{Path: "tier", Value: "scale"}, {Path: "database.readReplicas", Value: "15"},
			{Path: "app.createNamespace", Value: "true"}, {Path: "app.namespace", Value: "mosaic-own"},
			{Path: "additionalApps.reports.namespace", Value: "mosaic-prod"},
			{Path: "additionalApps.search.namespace", Value: "mosaic-prod"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := live.Started(t, "prod", test.overrides...)
			expected := scheduled(first)
			t.Logf("all is done after\n%s", expected)
			assert.LessOrEqual(t, float64(expected.end())/float64(test.chain), most, "the run, in times of its instances")
			for done, end := range expected {
				if strings.HasPrefix(done, live.JobType) {
					assert.LessOrEqual(t, float64(end)/float64(instanceTime), most, "the migration, in times of the instance")
				}
			}

			// The state's dependencies are all that the engine waits for, if it can keep to the schedule.
			second := live.Start(t, "prod", test.overrides...)
			finish := expected.follow(second.Cloud)
			_, err := second.Up(t.Context(), optup.Parallel(parallel(t)))
			require.NoError(t, finish())
			require.NoError(t, err)
			second.Cloud.Takes = nil

			before := len(second.Cloud.Log())
			second.MustSet("migrations.image", "mosaic-life/core-api:2.0.0")
			second.MustUp()
			var operations []string
			for _, operation := range second.Cloud.Log()[before:] {
				if operation.Op != "invoke" && operation.Op != "run" {
					operations = append(operations, operation.Op+" "+operation.Type)
				}
			}
			assert.Equal(t, []string{"create " + live.JobType, "delete " + live.JobType}, operations, "a new image replaces the Job, and nothing else")
		})
	}
}

// parallel is how many operations the recipes let Pulumi do at once.
func parallel(t *testing.T) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(live.Root(t), "scripts", "lib.sh"))
	require.NoError(t, err)
	found := regexp.MustCompile(`export PULUMI_PARALLEL=\$\{PULUMI_PARALLEL:-(\d+)\}`).FindSubmatch(content)
	require.NotNil(t, found)
	limit, err := strconv.Atoi(string(found[1]))
	require.NoError(t, err)
	return limit
}
