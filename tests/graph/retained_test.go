package graph

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// following lists the inputs of a retained instance that follow the stack file, with the reason. All others are frozen, because a
// restore must not change the retained instance.
func following() map[string]string {
	const (
		identity = "the instance itself"
		deletion = "decides how it is deleted"
		shared   = "a group of its own, or one that all instances share"
		constant = "the same for every instance, whatever the stack file says"
	)
	return map[string]string{
		"applyImmediately":        "says when changes are made, and is no property of the instance",
		"copyTagsToSnapshot":      constant,
		"dbSubnetGroupName":       shared,
		"deleteAutomatedBackups":  deletion,
		"deletionProtection":      deletion,
		"engine":                  constant,
		"finalSnapshotIdentifier": deletion,
		"identifier":              identity,
		"parameterGroupName":      shared,
		"publiclyAccessible":      constant,
		"skipFinalSnapshot":       deletion,
		"storageEncrypted":        constant,
		"vpcSecurityGroupIds":     shared,
	}
}

// TestARetainedInstanceStaysAsItWas: every input of an instance is frozen on a retained instance, or listed as following.
func TestARetainedInstanceStaysAsItWas(t *testing.T) {
	inputs := map[string]bool{}
	for _, v := range variants(t) {
		for _, one := range recorder.Up(t, v.stack, v.values).Registrations {
			if one.Type == instanceType && one.Inputs["replicateSourceDb"] == nil {
				for input := range one.Inputs {
					inputs[input] = true
				}
			}
		}
	}
	retained := retainedInstance(t)
	for input := range retained.Inputs {
		inputs[input] = true
	}
	for input := range inputs {
		reason, follows := following()[input]
		frozen := slices.Contains(retained.IgnoreChanges, input)
		assert.True(t, frozen || follows, "%s changes a retained instance: it is neither frozen nor named as following", input)
		assert.False(t, frozen && follows, "%s is frozen, and named as following: %s", input, reason)
	}
	for input := range following() {
		assert.True(t, inputs[input], "no instance has the input %s", input)
	}
}

// retainedInstance is the original instance of prod after a restore.
func retainedInstance(t *testing.T) recorder.Registration {
	t.Helper()
	values := recorder.StackFile(t, "prod")
	last, err := recorder.Up(t, "prod", values).Last()
	require.NoError(t, err)
	values["mosaic-database:restore"] = `{"generation": 2, "useLatestRestorableTime": true, "sourceInstanceIdentifier": "mosaic-prod-db"}`
	restored, err := recorder.Run{Stack: "prod", Values: values, Last: last}.Record()
	require.NoError(t, err)
	at := slices.IndexFunc(restored.Registrations, func(one recorder.Registration) bool {
		return one.Key() == instanceType+"::mosaic-prod-db"
	})
	require.GreaterOrEqual(t, at, 0, "the restore retains no instance")
	return restored.Registrations[at]
}
