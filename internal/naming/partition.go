package naming

import "strings"

// Region is the pattern of the names of AWS's regions, in all of its partitions, as AWS's SDKs have it (partitions.json); except that a region of the
// partition aws may begin with any two letters, so that a new one is none that this program does not know.
const Region = `^([a-z]{2}|us-gov|us-iso[bf]?|eu-isoe|eusc-[a-z]{2})-[a-z]+-\d{1,2}$`

// Partition is the AWS partition of a region, whose name fits [Region]: aws, or one of those that are kept apart from it.
func Partition(region string) string {
	for prefix, partition := range map[string]string{
		"cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-iso-": "aws-iso", "us-isob-": "aws-iso-b", "eu-isoe-": "aws-iso-e", "us-isof-": "aws-iso-f", "eusc-": "aws-eusc",
	} {
		if strings.HasPrefix(region, prefix) {
			return partition
		}
	}
	return "aws"
}
