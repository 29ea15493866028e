package adoption

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a stack would delete is read from its template in either form. One that cannot be read may delete everything.
func TestTemplate(t *testing.T) {
	for name, test := range map[string]struct {
		template string
		want     []string
	}{
		"JSON": {`{"Resources": {"A": {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Snapshot"}, "B": {"Type": "AWS::CDK::Metadata"},
			"C": {"Type": "AWS::IAM::Role", "DeletionPolicy": "Retain"}, "D": {"Type": "AWS::EC2::SecurityGroup"}}}`,
			[]string{"A (AWS::RDS::DBInstance)", "D (AWS::EC2::SecurityGroup)"}},
		"YAML": {`"Resources:\n  A:\n    Type: AWS::RDS::DBInstance\n    DeletionPolicy: Retain\n    Properties:\n      Port: !Ref Port\n  B:\n    Type: AWS::EC2::SecurityGroup\n"`,
			[]string{"B (AWS::EC2::SecurityGroup)"}},
		"retained":   {`{"Resources": {"A": {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Retain"}}}`, nil},
		"unreadable": {`"Resources: ["`, []string{"what its template says, which cannot be read"}},
	} {
		f := &Found{}
		f.Instance.TagList = []struct{ Key, Value string }{{"aws:cloudformation:stack-name", "S"}}
		f.stack(func(into any, args ...string) bool {
			text := `[{"ResourceType": "AWS::SecretsManager::Secret", "PhysicalResourceId": "arn"}]`
			if strings.Contains(strings.Join(args, " "), "get-template") {
				text = test.template
			}
			require.NoError(t, json.Unmarshal([]byte(text), into))
			return true
		})
		assert.Equal(t, test.want, f.Stack.Deleting, name)
		assert.Equal(t, []string{"arn"}, f.Stack.ofType("AWS::SecretsManager::Secret"))
	}
	var none *TemplateStack
	assert.Empty(t, none.ofType("AWS::SecretsManager::Secret"))
}
