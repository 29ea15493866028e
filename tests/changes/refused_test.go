package changes

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// TestReplacementIsRefused: a change that would lead to another, empty instance, or delete the pods' Secret, is refused before anything
// is registered, with both values and what to do instead, protected or not.
func TestReplacementIsRefused(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "dev")
	id := l.One(live.InstanceType).ID
	for _, protection := range []string{"true", "false"} {
		l.MustSet("database.deletionProtection", protection)
		l.MustUp()
		for _, change := range []struct{ path, value, old string }{
			{"database.username", "somebody", "mosaicadmin"},
			{"environment", "production", "dev"},
			{"app.secretName", "other", "core-api-db-secret"},
		} {
			before := len(l.Cloud.Log())
			l.MustSet(change.path, change.value)
			for _, run := range []func() (*engine.Result, error){
				func() (*engine.Result, error) { return l.Preview(t.Context()) },
				func() (*engine.Result, error) { return l.Up(t.Context()) },
			} {
				why := l.MustFail(run())
				assert.Contains(t, why, "mosaic-database:"+change.path+": "+change.value)
				assert.Contains(t, why, "immutable: it has to stay "+change.old)
			}
			assert.Len(t, l.Cloud.Log(), before, "no provider was asked for anything")
			l.MustSet(change.path, change.old)
		}
	}
	assert.Equal(t, id, l.One(live.InstanceType).ID)
	assert.Empty(t, l.MustPreview(), "back as it was, nothing has changed")
}

// TestAFailedRunLocksToo: settings of resources that exist after a failed first run are immutable, as after any other run.
func TestAFailedRunLocksToo(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod")
	l.Cloud.JobResult = func(string) error { return errors.New("alembic: can't locate revision") }
	// A container takes seconds to fail, in which the rest of the run goes on. The engine takes no outputs after a failure, and here they would
	// race with it.
	l.Cloud.Takes = func(op simcloud.Operation) {
		if op.Op == "create" && op.Type == live.JobType {
			time.Sleep(5 * time.Second)
		}
	}
	l.MustFail(l.Up(t.Context()))
	id := l.One(live.InstanceType).ID
	l.MustSet("database.username", "somebody")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "immutable: it has to stay mosaicadmin")
	assert.Equal(t, id, l.One(live.InstanceType).ID)
}

// TestAMistakeIsNotLocked: after a first run that failed because of a wrong namespace, the namespace can be corrected.
func TestAMistakeIsNotLocked(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", engine.Override{Path: "app.namespace", Value: "mosaic-pord"})
	assert.Contains(t, l.MustFail(l.Up(t.Context())), `namespaces "mosaic-pord" not found`)
	l.MustSet("app.namespace", "mosaic-prod")
	l.MustUp()
	assert.Empty(t, l.MustPreview())
}

// TestWrongConfiguration: all problems are in one report, before anything is registered.
func TestWrongConfiguration(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod",
		engine.Override{Path: "tier", Value: "huge"},
		engine.Override{Path: "database.instanceClas", Value: "db.t3.small"},
		engine.Override{Path: "database.maxAllocatedStorage", Value: "21"},
		engine.Override{Path: "migrations.image", Value: "core-api:latest"},
		engine.Override{Path: "budget.monthlyUsd", Value: "0"})
	why := l.MustFail(l.Preview(t.Context()))
	for _, part := range []string{
		"5 problems; nothing was changed",
		"mosaic-database:tier: huge", "one of mvp, small, medium, ha, scale, serverless",
		"mosaic-database:database.instanceClas", "did you mean instanceClass?",
		"mosaic-database:database.maxAllocatedStorage: 21", "110 %",
		"mosaic-database:migrations.image: core-api:latest",
		"mosaic-database:budget.monthlyUsd: 0",
	} {
		assert.Contains(t, why, part)
	}
	assert.Empty(t, l.Cloud.Log(), "no provider was asked for anything")
}

// TestBudget: over the budget, a run warns or fails, as onExceed says.
func TestBudget(t *testing.T) {
	t.Parallel()
	l := live.Start(t, "prod", engine.Override{Path: "tier", Value: "ha"})
	result, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Regexp(t, `costs \d+\.\d\d USD a month, over mosaic-database:budget\.monthlyUsd \(25\.00\)`, result.Stdout)
	l.MustSet("budget.onExceed", "fail")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "choose a smaller tier, raise the budget")
	assert.Empty(t, l.Cloud.Objects(live.InstanceType))
}

// TestTheFormerOutputs: an earlier version of the program stored the locked settings in two outputs and a stack reference; now they are
// in one output. The program reads the former outputs, and the next run moves them.
func TestTheFormerOutputs(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	l.EditState(func(r map[string]any) {
		if outputs, ok := r["outputs"].(map[string]any); ok && outputs["__lastRun"] != nil {
			left := outputs["__lastRun"].(map[string]any)
			outputs["settled"], outputs["estimatedMonthlyCostLines"] = left["settled"], left["bill"]
			delete(outputs, "__lastRun")
		}
	})
	require.Contains(t, l.MustOutputs(), "settled")

	l.MustSet("database.username", "somebody")
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "immutable: it has to stay mosaicadmin")
	l.MustSet("database.username", "mosaicadmin")
	same, err := l.Preview(t.Context())
	require.NoError(t, err)
	assert.Contains(t, live.Everything(same), "no line changes")
	assert.Empty(t, l.MustUp())
	outputs := l.MustOutputs()
	assert.Contains(t, outputs, "__lastRun")
	assert.NotContains(t, outputs, "settled")
	assert.NotContains(t, outputs, "estimatedMonthlyCostLines")
	require.NoError(t, l.Set(t.Context(), engine.Override{Path: "environment", Value: "other"}))
	assert.Contains(t, l.MustFail(l.Preview(t.Context())), "immutable: it has to stay prod")
}
