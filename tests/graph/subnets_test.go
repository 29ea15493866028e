package graph

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// TestSubnetsThatDoNotFit are refused before anything is registered.
func TestSubnetsThatDoNotFit(t *testing.T) {
	for _, test := range []struct{ key, value, refused string }{
		{"network", `{"vpcId": "vpc-0123456789abcdef0", "subnetIds": ["subnet-0123456789abcdef1", "subnet-0123456789abcdef2"]}`,
			"a subnet of the VPC vpc-0123456789abcdef0; this one is in vpc-0a1b2c3d4e5f60718"},
		{"network", `{"subnetIds": ["subnet-0123456789abcdef1", "subnet-0123456789abcdef4"]}`, "in at least two availability zones"},
		{"database", `{"availabilityZone": "us-east-1f"}`, "a zone with a subnet of the database"},
	} {
		values := recorder.StackFile(t, "prod")
		values["mosaic-database:"+test.key] = test.value
		recording, err := recorder.Run{Stack: "prod", Values: values}.Record()
		require.ErrorContains(t, err, test.refused)
		assert.False(t, slices.ContainsFunc(recording.Registrations, func(r recorder.Registration) bool { return r.Type == securityGroupType }))
	}
}
