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
	"github.com/mosaic-stories/mosaic-database/tests/oncluster"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// Assumptions about how long operations take, with the orders of magnitude of RDS, AWS and a cluster.
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

// schedule is the earliest end of each resource, from the beginning of the run: when all its dependencies have ended, plus its own time.
type schedule map[string]time.Duration

// scheduled computes the schedule from the dependencies in the state. The lookups come first, one after another.
func scheduled(l *live.Stack) schedule {
	l.T.Helper()
	var lookups time.Duration
	for _, operation := range l.Cloud.Log() {
		if operation.Op == "invoke" {
			lookups += lookupTime
		}
	}
	done := schedule{}
	for _, r := range l.Resources() { // each after its dependencies
		end := lookups
		for _, needed := range r.Dependencies {
			end = max(end, done[recorder.ShortURN(needed)])
		}
		done[recorder.ShortURN(r.URN)] = end + duration(r.Type)
	}
	return done
}

// end is the end of the last resource.
func (s schedule) end() time.Duration { return slices.Max(slices.Collect(maps.Values(s))) }

func (s schedule) String() string {
	var lines []string
	for _, name := range slices.SortedFunc(maps.Keys(s), func(a, b string) int { return int(s[a] - s[b]) }) {
		lines = append(lines, fmt.Sprintf("%8s  %s", s[name], name))
	}
	return strings.Join(lines, "\n")
}

// follow makes the operations of a run end in the order of the schedule. If the run lets an operation wait for another without need,
// this blocks; then finish returns an error, and the run continues without the schedule. The result does not depend on the speed of
// the machine.
func (s schedule) follow(cloud *simcloud.Cloud) (finish func() error) {
	const patience = time.Minute // the time without the begin or end of an operation
	var (
		mu      sync.Mutex
		changed = sync.NewCond(&mu)
		ahead   = map[string]time.Duration{} // operations that have not ended
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

// TestAnUpTakesAsLongAsItsInstance: by the durations above, an up takes at most 1.05 times as long as its instance; with replicas, as the
// instance and one replica, and the application has its database before the replicas exist. The additional 30 seconds allow for the
// migration and the synchronization, which take 25, and for no further step before or after the instance.
func TestAnUpTakesAsLongAsItsInstance(t *testing.T) {
	oncluster.Simulated(t, "the durations are assumptions")
	const most = 1.05
	for name, test := range map[string]struct {
		overrides []engine.Override
		chain     time.Duration // of instances that depend on each other
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

			// If the run can follow the schedule, the engine waits for nothing but the dependencies in the state.
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

// parallel is how many operations the recipes let Pulumi run at once.
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
