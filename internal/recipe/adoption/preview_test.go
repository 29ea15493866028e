package adoption

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const plan = `{"steps": [
	{"op": "update", "urn": "urn:pulumi:prod::p::a$aws:rds/instance:Instance::db", "diffReasons": ["vpcSecurityGroupIds[0]", "password"],
		"oldState": {"inputs": {"vpcSecurityGroupIds": ["sg-1"]}},
		"newState": {"inputs": {"vpcSecurityGroupIds": ["04da6b54-80e4-46f7-96ec-b56ff0331ba9"], "password": "[secret]"}}},
	{"op": "create", "urn": "urn:pulumi:prod::p::a$random:index/randomPassword:RandomPassword::db-password"},
	{"op": "replace", "urn": "urn:pulumi:prod::p::a$aws:rds/subnetGroup:SubnetGroup::db", "replaceReasons": ["name"]}],
	"diagnostics": [{"severity": "warning", "message": "w"}, {"severity": "error", "message": "this is wrong"}]}`

// What would lock people out or lose something is refused; the rest is said property by property.
func TestPreview(t *testing.T) {
	p, err := readPreview(plan)
	require.NoError(t, err)
	assert.Equal(t, []string{"replace aws:rds/subnetGroup:SubnetGroup db, because of name"}, p.refused())
	assert.Contains(t, p.refused("random:index/randomPassword:RandomPassword db-password"),
		"create random:index/randomPassword:RandomPassword db-password, which exists")
	assert.Equal(t, []string{
		"  changes aws:rds/instance:Instance db\n    vpcSecurityGroupIds: [\"sg-1\"] → [\"what it makes\"]\n    password: not known → \"[secret]\"\n",
		"  makes random:index/randomPassword:RandomPassword db-password\n",
	}, p.lines())
	assert.Equal(t, "this is wrong", failures(plan))
	assert.Empty(t, failures("no JSON"))
}
