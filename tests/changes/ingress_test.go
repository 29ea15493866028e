package changes

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// TestASecurityGroupThatIsNotThere is refused in the preview: an up would take out the rules of before, and then fail to make the new
// one. Those that are there take the place of the VPC's CIDR, and stay in place.
func TestASecurityGroupThatIsNotThere(t *testing.T) {
	t.Parallel()
	l := live.Started(t, "prod")
	before := l.One(live.SecurityGroupType)
	require.Equal(t, []string{"10.0.0.0/16"}, before.Properties.List("ingress")[0].Texts("cidrBlocks"))

	other := simcloud.DefaultSecurityGroup("mosaic-dev")
	l.MustSet("network.ingressSecurityGroupIds[0]", other)
	why := l.MustFail(l.Preview(t.Context()))
	assert.Contains(t, why, "has no security group "+other)
	assert.Contains(t, why, "write a group of this VPC, or the CIDR blocks")
	l.MustFail(l.Up(t.Context()))
	assert.Equal(t, before, l.One(live.SecurityGroupType), "everybody can still connect")

	l.MustSet("network.ingressSecurityGroupIds[0]", simcloud.DefaultSecurityGroup("mosaic-prod"))
	l.MustSet("network.ingressClusterSecurityGroup", "true")
	l.MustUp()
	after := l.One(live.SecurityGroupType)
	assert.Equal(t, before.ID, after.ID)
	var groups []string
	for _, rule := range after.Properties.List("ingress") {
		assert.Empty(t, rule.Texts("cidrBlocks"))
		groups = append(groups, rule.Texts("securityGroups")...)
	}
	assert.Len(t, groups, 2)
	assert.Contains(t, groups, simcloud.DefaultSecurityGroup("mosaic-prod"))
	assert.Empty(t, l.MustPreview(), "nothing has changed since")
}
