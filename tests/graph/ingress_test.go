package graph

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/recorder"
)

// TestWhoMayConnect: the security group of the database lets in what the stack names, and the whole VPC only if it names nothing.
func TestWhoMayConnect(t *testing.T) {
	const own, one, two = "sg-0c1c2c3c4c5c6c7c8", "sg-0123456789abcdef1", "sg-0123456789abcdef2"
	for _, test := range []struct {
		network string
		want    []string
		refused string
		given   bool // what is looked up by the cluster's name otherwise
	}{
		{network: `{}`, want: []string{"10.0.0.0/16", "100.64.0.0/16"}},
		{network: `{"ingressCidrs": ["10.0.0.0/20"]}`, want: []string{"10.0.0.0/20"}},
		{network: `{"ingressSecurityGroupIds": ["` + one + `", "` + two + `"]}`, want: []string{one, two}},
		{network: `{"ingressClusterSecurityGroup": true}`, want: []string{own}},
		{network: `{"ingressCidrs": [], "ingressClusterSecurityGroup": true}`, want: []string{own}},
		{network: `{"ingressCidrs": ["10.0.0.0/20"], "ingressSecurityGroupIds": ["` + one + `"], "ingressClusterSecurityGroup": true}`, want: []string{"10.0.0.0/20", one, own}},
		{network: `{"ingressSecurityGroupIds": ["` + own + `"], "ingressClusterSecurityGroup": true}`, want: []string{own}},
		{network: `{"vpcId": "vpc-0a1b2c3d4e5f60718", "ingressClusterSecurityGroup": true}`, want: []string{own}, given: true},
		{network: `{"ingressCidrs": []}`, refused: "not empty where nothing else says who may connect"},
		{network: `{"ingressSecurityGroupIds": ["` + one + `", "sg-0fffffffffffffff1"]}`, refused: "the VPC vpc-0a1b2c3d4e5f60718 has no security group sg-0fffffffffffffff1"},
	} {
		values := recorder.StackFile(t, "prod")
		values["mosaic-database:network"] = test.network
		if test.given {
			values["mosaic-database:cluster"] = `{"name": "mosaic-prod", "oidcIssuer": "https://oidc.example/id/A1"}`
			values["mosaic-database:delivery"] = "gitops"
		}
		recording, err := recorder.Run{Stack: "prod", Values: values}.Record()
		if test.refused != "" {
			require.ErrorContains(t, err, test.refused, test.network)
			assert.False(t, slices.ContainsFunc(recording.Registrations, func(r recorder.Registration) bool { return r.Type == securityGroupType }))
			continue
		}
		require.NoError(t, err, test.network)
		var sources []string
		for _, registered := range recording.Registrations {
			if registered.Type == securityGroupType {
				sources = append(sources, letIn(t, registered)...)
			}
		}
		assert.Equal(t, test.want, sources, test.network)
	}
}

// letIn is the sources of the inbound rules of a security group.
func letIn(t *testing.T, group recorder.Registration) []string {
	t.Helper()
	var sources []string
	for _, rule := range group.Inputs["ingress"].([]any) {
		rule := rule.(map[string]any)
		for _, kind := range []string{"cidrBlocks", "ipv6CidrBlocks", "securityGroups"} {
			of, _ := rule[kind].([]any)
			for _, source := range of {
				sources = append(sources, source.(string))
				assert.Equal(t, fmt.Sprintf("PostgreSQL from %s", source), rule["description"])
			}
		}
		assert.Equal(t, rule["fromPort"], rule["toPort"])
		assert.Equal(t, "tcp", rule["protocol"])
	}
	return sources
}
