//go:build prove

package faults

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// drift is a change that somebody else makes to a resource.
type drift struct {
	what  string
	kind  string
	edit  func(simcloud.Properties) // nil: delete it
	shown []string                  // what the preview shows; none: nothing
}

// driftRows are changes by RDS itself, and then changes by hand.
func driftRows() []drift {
	return []drift{
		{"RDS takes a minor version (16.11 → 16.12)", live.InstanceType, edited("engineVersionActual", "16.12"), nil},
		{"RDS grows the storage (20 → 30 GiB)", live.InstanceType, edited("allocatedStorage", 30.0), nil},
		{"RDS fails over to another zone", live.InstanceType, edited("availabilityZone", "us-east-1b"), nil},
		{"RDS renews what it computes (latest restorable time)", live.InstanceType, edited("latestRestorableTime", "2026-01-31T10:00:00Z"), nil},
		{"the certificate authority is rotated", live.InstanceType, edited("caCertIdentifier", "rds-ca-rsa4096-g1"), nil},
		{"deletion protection, switched off by hand", live.InstanceType, edited("deletionProtection", false), []string{"update " + live.InstanceType}},
		{"a tag, changed by hand", live.InstanceType, func(p simcloud.Properties) { p.Map("tagsAll")["Environment"] = "test" }, []string{"update " + live.InstanceType}},
		{"a rule for incoming connections, added by hand", live.SecurityGroupType, opened("ingress", "0.0.0.0/0"), []string{"update " + live.SecurityGroupType}},
		{"a rule for outgoing connections, added by hand", live.SecurityGroupType, opened("egress", "0.0.0.0/0"), []string{"update " + live.SecurityGroupType}},
		{"an alarm, deleted", live.AlarmType, nil, []string{"create " + live.AlarmType}},
		{"the role's policy, deleted", live.RolePolicyType, nil, []string{"create " + live.RolePolicyType}},
		{"the ServiceAccount, deleted", live.ServiceAccountType, nil, []string{"create " + live.ServiceAccountType}},
		{"the ExternalSecret, deleted", live.ExternalSecretType, nil, []string{"create " + live.ExternalSecretType}},
	}
}

// drifts changes resources in the cloud. The preview ignores what RDS changes by itself; it shows changes by hand, and an up reverts
// them.
func drifts(t *testing.T) [][]string {
	l := live.Started(t, "prod", engine.Override{Path: "database.multiAz", Value: "true"})
	built := l.Inventory()
	var rows [][]string
	for _, drift := range driftRows() {
		t.Run(drift.what, func(t *testing.T) {
			l.T = t
			object := l.Cloud.Objects(drift.kind)[0]
			if drift.edit != nil {
				require.NoError(t, l.Cloud.Edit(drift.kind, object.ID, drift.edit))
			} else {
				require.NoError(t, l.Cloud.Remove(drift.kind, object.ID))
			}
			shown := kinds(l.Changes(l.Preview(t.Context(), optpreview.Refresh())))
			assert.Equal(t, drift.shown, shown)
			repaired := kinds(l.Changes(l.Up(t.Context(), optup.Refresh())))
			assert.Equal(t, drift.shown, repaired)
			assert.Empty(t, l.MustPreview(), "a further run changes nothing")
			now := l.Cloud.Objects(drift.kind)[0]
			if drift.shown != nil {
				assert.Equal(t, steady(object), steady(now), "it is again as it was")
			} else {
				assert.NotEqual(t, steady(object), steady(now), "what RDS did stays")
			}
			row := []string{drift.what, verbs(shown, "nothing"), verbs(repaired, "changes nothing")}
			faultsPage.HasRow(t, row)
			rows = append(rows, row)
		})
	}
	l.T = t
	assert.Equal(t, built, l.Inventory())
	if len(rows) < len(driftRows()) {
		return nil
	}
	return rows
}

// edited sets a property.
func edited(name string, value any) func(simcloud.Properties) {
	return func(p simcloud.Properties) { p[name] = value }
}

// opened adds a network to the rules of a security group.
func opened(rules, cidr string) func(simcloud.Properties) {
	return func(p simcloud.Properties) {
		there, _ := p[rules].([]any)
		p[rules] = append(there, map[string]any{
			"protocol": "tcp", "fromPort": 5432.0, "toPort": 5432.0, "cidrBlocks": []any{cidr}, "description": "", "self": false,
		})
	}
}

// kinds are changes without the names of the resources.
func kinds(changes []string) []string {
	var short []string
	for _, change := range changes {
		short = append(short, change[:strings.Index(change, "::")])
	}
	return short
}

// verbs are changes in the form of the report.
func verbs(changes []string, none string) string {
	if len(changes) == 0 {
		return none
	}
	return "`" + strings.Join(changes, "`, `") + "`"
}

// steady is an object without the values that differ each time it is created.
func steady(o simcloud.Object) simcloud.Properties {
	delete(o.Properties, "status")
	for _, name := range []string{"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"} {
		delete(o.Properties.Map("metadata"), name)
	}
	return o.Properties
}
