package graph

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// A ceiling of 0 is no argument, with which the provider switches storage autoscaling off.
func TestAutoscalingOff(t *testing.T) {
	ceilings := func(database string) map[string]any {
		values := recorder.StackFile(t, "prod")
		values["mosaic-database:database"] = database
		found := map[string]any{}
		for _, one := range recorder.Up(t, "prod", values).Registrations {
			if one.Type == "aws:rds/instance:Instance" {
				found[one.Name] = one.Inputs["maxAllocatedStorage"]
			}
		}
		return found
	}
	const primary, replica = "mosaic-prod-db", "mosaic-prod-db-replica-1"
	assert.Equal(t, map[string]any{primary: nil, replica: nil}, ceilings(`{"readReplicas": 1, "maxAllocatedStorage": 0}`))
	assert.Equal(t, map[string]any{primary: 100.0, replica: nil}, ceilings(`{"readReplicas": 1, "replicaMaxAllocatedStorage": 0}`))
	assert.Equal(t, map[string]any{primary: nil, replica: 300.0}, ceilings(`{"readReplicas": 1, "maxAllocatedStorage": 0, "replicaMaxAllocatedStorage": 300}`))
}
