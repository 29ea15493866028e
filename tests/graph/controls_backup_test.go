package graph

import (
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// backedUp is RDS.26: AWS Backup selects every instance and every cluster, the retained ones too. A replica, and an instance of a cluster, has
// what another one has.
func (g graph) backedUp() string {
	var selected []string
	for _, one := range g {
		if resources, _ := one.Inputs["resources"].([]any); one.Type == "aws:backup/selection:Selection" {
			for _, arn := range resources {
				selected = append(selected, arn.(string))
			}
		}
	}
	for _, one := range g {
		alone := one.Type == instanceType && one.Inputs["replicateSourceDb"] == nil && !isCluster(one.Inputs)
		isSelected := func(arn string) bool { return strings.HasSuffix(arn, ":"+one.Type+"/"+one.Name) }
		if (alone || one.Type == clusterType) && !slices.ContainsFunc(selected, isSelected) {
			return one.Key() + " is in no backup plan"
		}
	}
	return ""
}

// namedByAWS tells whether a pattern of a policy stands for names that AWS Backup chooses, or for all in the account that it only looks at or
// has encrypted by an AWS service.
func namedByAWS(s iam.Statement, resource string) bool {
	looks := !slices.ContainsFunc(s.Action, func(action string) bool {
		return !strings.HasPrefix(action, "rds:Describe") && !slices.Contains([]string{"rds:ListTagsForResource", "kms:DescribeKey", "tag:GetResources"}, action)
	})
	encrypts := slices.Equal(s.Action, iam.Values{"kms:CreateGrant"}) && slices.Equal(s.Condition["Bool"]["kms:GrantIsForAWSResource"], iam.Values{"true"})
	return strings.HasSuffix(resource, "snapshot:awsbackup:*") || len(s.Action) > 0 && looks || encrypts && strings.HasSuffix(resource, ":key/*")
}
