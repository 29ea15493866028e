package changes

import (
	"maps"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// TestARunWithTargetsLocksNothing: a run with --target updates only one resource, so it must not lock what the stack file has for the
// others. Going back to the former file is no downgrade, and the new file is still the same change as before.
func TestARunWithTargetsLocksNothing(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]struct{ now, before map[string]string }{
		"version and storage": {
			now: map[string]string{
				"database.allocatedStorage": "50", "database.engineVersion": "17", "database.allowMajorVersionUpgrade": "true", "database.applyImmediately": "true",
			},
			before: map[string]string{
				"database.allocatedStorage": "20", "database.engineVersion": "16", "database.allowMajorVersionUpgrade": "false", "database.applyImmediately": "false",
			},
		},
		"a password": {now: map[string]string{"database.passwordVersion": "2"}, before: map[string]string{"database.passwordVersion": "1"}},
		"a restore": {
			now:    map[string]string{"restore.generation": "2", "restore.useLatestRestorableTime": "true", "restore.sourceInstanceIdentifier": "mosaic-prod-db"},
			before: map[string]string{"restore": ""},
		},
		"another application": {
			now: map[string]string{"additionalApps.worker.serviceAccount": "worker"}, before: map[string]string{"additionalApps.worker": ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := live.Started(t, "prod")
			set := func(fields map[string]string) {
				for _, field := range slices.Sorted(maps.Keys(fields)) {
					if fields[field] == "" {
						l.MustUnset(field)
					} else {
						l.MustSet(field, fields[field])
					}
				}
			}
			set(file.now)
			_, _ = l.Up(t.Context(), optup.Target([]string{"**SecurityGroup**"})) // a restore cannot complete without the Job, which is no target
			l.MustSet("database.username", "somebody")
			assert.Contains(t, l.MustFail(l.Preview(t.Context())), "immutable: it has to stay mosaicadmin", "what was locked still is")
			l.MustSet("database.username", "mosaicadmin")
			if now := file.now["database.engineVersion"]; now != "" {
				l.MustSet("database.allowMajorVersionUpgrade", "false")
				assert.Contains(t, l.MustFail(l.Preview(t.Context())), "a major upgrade from 16", "what was not done still needs its permission")
			}
			set(file.before)
			assert.Empty(t, l.MustUp(), "the file before is what is there")
		})
	}
}

// TestWhatRDSLeavesToTheWindow: a change that waits for the maintenance window can be undone until RDS has made it.
func TestWhatRDSLeavesToTheWindow(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	l.MustSet("database.allocatedStorage", "50")
	l.MustUp()
	l.EditState(func(r map[string]any) { // as the provider leaves it without applyImmediately; the simulated RDS never waits
		if outputs, ok := r["outputs"].(map[string]any); ok && r["type"] == live.InstanceType {
			outputs["allocatedStorage"] = 20
		}
	})
	require.NoError(t, l.Cloud.Edit(live.InstanceType, l.One(live.InstanceType).ID, func(p simcloud.Properties) { p["allocatedStorage"] = 20.0 }))
	_, err := l.Up(t.Context(), optup.Target([]string{"**SecurityGroup**"}))
	require.NoError(t, err)
	l.MustSet("database.allocatedStorage", "20")
	l.MustUp() // it is not refused as a downgrade
	assert.Empty(t, l.MustPreview())
}
