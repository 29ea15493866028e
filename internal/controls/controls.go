// Package controls lists the security controls that apply to every stack, from AWS Security Hub's Foundational Security Best
// Practices and CIS benchmark, Checkov, Trivy and cdk-nag. The tests check them on every registered resource, and a stack's
// configuration may waive one with a reason.
package controls

import "slices"

// Control is a security control, under the ids that the tools print.
type Control struct {
	ID   string   // the id by which a configuration waives it, such as "RDS.5"
	Also []string // its ids in other tools
	What string   // what has to be true
	Cost string   // what it costs; "": nothing
}

// All lists every control.
func All() []Control {
	return slices.Concat(instance(), events(), secretsAndKeys(), identity(), network(), logs())
}

// Lookup finds a control by any of its ids; false if there is none.
func Lookup(id string) (Control, bool) {
	all := All()
	i := slices.IndexFunc(all, func(c Control) bool { return c.ID == id || slices.Contains(c.Also, id) })
	if i < 0 {
		return Control{}, false
	}
	return all[i], true
}

func instance() []Control {
	return []Control{
		{ID: "RDS.2", Also: []string{"CIS 2.2.3", "CKV_AWS_17", "AWS-0180"}, What: "the instance is not public"},
		{ID: "RDS.3", Also: []string{"CIS 2.2.1", "CKV_AWS_16", "AWS-0080", "RDS.27", "AWS-0079", "Backup.1"}, What: "storage is encrypted"},
		{ID: "RDS.5", Also: []string{"CIS 2.2.4", "CKV_AWS_157", "RDS.15"}, What: "a standby in a second availability zone", Cost: "the instance and its storage a second time"},
		{ID: "RDS.6", Also: []string{"CKV_AWS_118"}, What: "enhanced monitoring", Cost: "the volume of its log"},
		{ID: "RDS.8", Also: []string{"CKV_AWS_293", "AWS-0177", "RDS.7", "AWS-0343"}, What: "deletion protection"},
		{ID: "RDS.9", Also: []string{"RDS.36", "CKV_AWS_129", "RDS.37"}, What: "both logs are exported", Cost: "the volume of the logs"},
		{ID: "RDS.10", Also: []string{"CKV_AWS_161", "AWS-0176", "RDS.12"}, What: "IAM database authentication"},
		{ID: "RDS.11", Also: []string{"CKV_AWS_133", "AWS-0077", "RDS.50"}, What: "backups are retained for seven days or longer"},
		{ID: "RDS.13", Also: []string{"CIS 2.2.2", "CKV_AWS_226", "RDS.35"}, What: "minor versions are upgraded automatically"},
		{ID: "RDS.17", Also: []string{"CKV2_AWS_60", "RDS.16", "RDS.47"}, What: "snapshots have the instance's tags"},
		{ID: "RDS.23", What: "not the default port", Cost: "every client that knows the port"},
		{ID: "RDS.25", Also: []string{"RDS.24"}, What: "the master user is not postgres or admin"},
		{ID: "RDS.26", What: "AWS Backup backs up every instance, too", Cost: "0.095 USD a GiB and month; of Aurora 0.021"},
		{ID: "RDS.30", Also: []string{"RDS.31", "RDS.32", "RDS.33", "SecretsManager.5", "Backup.2", "Backup.3", "Backup.5"}, What: "every resource has tags"},
		{ID: "RDS.38", Also: []string{"CKV2_AWS_69"}, What: "TLS is forced, by the parameter group that is attached"},
		{ID: "CKV2_AWS_30", What: "statements are logged, and their duration", Cost: "the volume of the logs"},
		{ID: "CKV_AWS_211", What: "the certificate authority is the default of RDS, or a valid one"},
		{ID: "CKV_AWS_250", What: "PostgreSQL 14 or later"},
		{ID: "CKV_AWS_353", Also: []string{"AWS-0133"}, What: "Performance Insights"},
		{ID: "CKV_AWS_354", Also: []string{"AWS-0078"}, What: "a customer managed key for Performance Insights", Cost: "1 USD a month for a key"},
	}
}

func events() []Control {
	return []Control{
		{ID: "RDS.20", What: "a subscription to maintenance, configuration change and failure of instances"},
		{ID: "RDS.21", Also: []string{"RDS.19"}, What: "a subscription to configuration change of parameter groups; of an Aurora cluster, to its failure and maintenance"},
		{ID: "RDS.22", What: "a subscription to configuration change and failure of security groups"},
	}
}

func secretsAndKeys() []Control {
	return []Control{
		{ID: "SecretsManager.1", Also: []string{"SecretsManager.4", "CKV2_AWS_57", "CKV_AWS_304"}, What: "secrets are rotated on a schedule", Cost: "a Lambda function in the VPC; for the master user alone 0.40 USD a month, with database.manageMasterUserPassword"},
		{ID: "CKV_AWS_149", Also: []string{"AWS-0098"}, What: "a customer managed key for secrets", Cost: "1 USD a month for a key"},
		{ID: "KMS.4", Also: []string{"CIS 3.6", "CKV_AWS_7", "AWS-0065"}, What: "KMS keys are rotated"},
		{ID: "KMS.5", Also: []string{"CKV_AWS_33"}, What: "no key policy is open to everybody"},
		{ID: "CKV_AWS_26", Also: []string{"AWS-0095"}, What: "topics are encrypted with a customer managed key"},
		{ID: "SNS.4", What: "topics are not open to everybody, and accept only messages over TLS"},
	}
}

func identity() []Control {
	return []Control{
		{ID: "IAM.1", Also: []string{"IAM.21", "KMS.1", "KMS.2", "CKV_AWS_62", "CKV_AWS_63", "CKV_AWS_355", "AWS-0057"}, What: "no policy of a role has a wildcard, except where AWS Backup finds and names its snapshots"},
		{ID: "CKV_AWS_60", Also: []string{"CKV_AWS_61"}, What: "no role trusts everybody, or a whole account"},
		{ID: "AwsSolutions-IAM4", What: "no AWS managed policy, except the one for enhanced monitoring"},
	}
}

func network() []Control {
	return []Control{
		{ID: "AwsSolutions-EC23", Also: []string{"AWS-0104", "AWS-0107"}, What: "no security group rule is open to every address, in or out"},
		{ID: "CKV_AWS_23", Also: []string{"AWS-0099"}, What: "security groups and their rules have descriptions"},
		{ID: "CKV2_AWS_5", What: "security groups are attached"},
	}
}

func logs() []Control {
	return []Control{
		{ID: "CKV_AWS_158", What: "a customer managed key for log groups", Cost: "1 USD a month for a key"},
		{ID: "CKV_AWS_338", What: "logs are retained for a year or longer", Cost: "0.03 USD a GiB and month"},
	}
}
