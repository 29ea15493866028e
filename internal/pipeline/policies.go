package pipeline

import (
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// Roles lists the policies of each role, by the role's name. The deploy role has those of the preview role, too. A restore drill
// deploys an environment of its own and removes it again. A rotation may change passwords, and not the database.
func Roles() map[string][]string {
	preview := []string{"preview", "preview-database"}
	deploy := append(slices.Clone(preview), "deploy-database", "deploy-aurora", "deploy-backup", "deploy-network", "deploy-access")
	return map[string][]string{
		"preview": preview,
		"deploy":  append(slices.Clone(deploy), "guard"),
		"drill":   append(slices.Clone(deploy), "removal", "drill"),
		"rotate":  append(slices.Clone(preview), "rotate"),
	}
}

// Policies has every policy document, by the name of its file, with the placeholders that scripts/bootstrap replaces.
func Policies() map[string]iam.Document {
	return map[string]iam.Document{
		// More than one policy, because IAM limits one to 6144 characters, and names that another tool gave are long.
		"preview":          allow(append(reading(lookups(), backup(), network(), access(), alerting(), encryption()), readState()...)),
		"preview-database": allow(reading(instance(), aurora(), copying())),
		"deploy-database":  allow(append(changing(instance()), writeState()...)),
		"deploy-aurora":    allow(changing(aurora())),
		"deploy-backup":    allow(changing(backup(), copying())),
		"deploy-network":   allow(changing(network())),
		"deploy-access":    allow(changing(access(), alerting(), encryption())),
		"guard":            guard(),
		"removal":          allow(removing()),
		"drill":            allow(drilling()),
		"rotate":           allow(rotating()),
		"boundary":         allow(append(bounds(), boundsOfBackup()...)),
		"trust-preview":    trust("pull_request", mainBranch),
		// The subject pull_request is left out, so a pull request that removes the environment from its workflow gets no role.
		"trust-preview-approved": trust("environment:"+environment+"-preview", mainBranch),
		"trust-deploy":           trust("environment:" + environment),
		"trust-drill":            trust("environment:" + environment + "-drill"),
		"trust-rotate":           trust("environment:" + environment + "-rotation"),
	}
}

// mainBranch is the context of workflow runs on the branch main.
const mainBranch = "ref:refs/heads/main"

func reading(parts ...[]Need) []Grant {
	var all []Grant
	for _, need := range slices.Concat(parts...) {
		all = append(all, need.Read...)
	}
	return all
}

func changing(parts ...[]Need) []Grant {
	var all []Grant
	for _, need := range slices.Concat(parts...) {
		all = append(all, need.Change...)
		if !need.Protected {
			all = append(all, need.Delete...)
		}
	}
	return all
}

// removing is what a person, with another role, may do in addition: delete what is protected.
func removing() []Grant {
	var all []Grant
	for _, need := range Needs() {
		if need.Protected {
			all = append(all, need.Delete...)
		}
	}
	return all
}

// readState allows reading the state of one environment. It allows listing the whole bucket: without that, S3 answers 403 for
// an object that does not exist.
func readState() []Grant {
	return []Grant{
		to(stateBucket, "s3:ListBucket"),
		to(stateBucket+"/.pulumi/meta.yaml", "s3:GetObject").and(stateOf(environment)...),
		to(stateKey, "kms:Decrypt"),
	}
}

func writeState() []Grant {
	files := stateOf(environment)
	return []Grant{to(files[0], "s3:PutObject", "s3:DeleteObject").and(files[1:]...)}
}

// stateOf lists the files of a stack in the bucket: its checkpoints, history and locks.
func stateOf(stack string) []string {
	files := stateBucket + "/.pulumi/*/" + project + "/" + stack
	return []string{files + ".*", files + "/*"}
}

// drilling is what a restore drill may do besides deploying and removing its own environment, ENVIRONMENT-drill: restore the
// backups of the environment, or those that another region has copied, and read its outputs. It needs kms:Encrypt because a new stack encrypts its data key.
func drilling() []Grant {
	return append(readState(),
		to(instances, "rds:RestoreDBInstanceToPointInTime"), to(clusters, "rds:RestoreDBClusterToPointInTime").and(clusterParameterGroups, subnetGroups, optionGroups),
		to(automatedBackups, "rds:DescribeDBInstanceAutomatedBackups"),
		to(stateKey, "kms:Encrypt"))
}

// rotating is what a rotation of the clients' logins changes in AWS: contents of secrets, which may have a customer managed key.
func rotating() []Grant {
	secretVersions := slices.DeleteFunc(access(), func(need Need) bool { return need.Token != "aws:secretsmanager/secretVersion:SecretVersion" })
	return append(append(changing(secretVersions), writeState()...),
		to(keys, "kms:Decrypt", "kms:GenerateDataKey").when("StringEquals", "kms:ViaService", "secretsmanager."+region+".amazonaws.com"))
}

// guard denies what no other policy of the deploy role can then allow.
func guard() iam.Document {
	deny := func(sid string, actions ...string) iam.Statement {
		return iam.Statement{Sid: sid, Effect: iam.Deny, Action: actions, Resource: []string{anywhere}}
	}
	public := deny("NoPublicInstance", "rds:CreateDBInstance", "rds:CreateDBInstanceReadReplica",
		"rds:RestoreDBInstanceFromDBSnapshot", "rds:RestoreDBInstanceToPointInTime")
	public.Condition = iam.Condition{"Bool": {"rds:PubliclyAccessible": {"true"}}}
	return iam.Policy(
		deny("KeepTheDatabase", "rds:DeleteDBInstance", "rds:DeleteDBInstanceAutomatedBackup", "rds:DeleteDBSnapshot",
			"rds:DeleteDBCluster", "rds:DeleteDBClusterAutomatedBackup", "rds:DeleteDBClusterSnapshot", "logs:DeleteLogGroup",
			"backup:DeleteBackupVault", "backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"),
		deny("KeepTheSecrets", "secretsmanager:DeleteSecret", "kms:ScheduleKeyDeletion", "kms:DisableKey"),
		deny("KeepTheState", "s3:DeleteBucket", "s3:DeleteObjectVersion", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"),
		deny("ShareNothing", "rds:ModifyDBSnapshotAttribute", "rds:ModifyDBClusterSnapshotAttribute", "secretsmanager:PutResourcePolicy", "s3:PutBucketPolicy", "backup:PutBackupVaultAccessPolicy"),
		deny("KeepTheBounds", "iam:DeleteRolePermissionsBoundary", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:DeletePolicy"),
		public,
	)
}

// trust lets workflows of the repository assume a role, if the subject of their token has one of these contexts. In the subject,
// GitHub names a repository with its ids if it was created, renamed or transferred since July 2026, and without them otherwise.
func trust(contexts ...string) iam.Document {
	const issuer = "token.actions.githubusercontent.com"
	var subjects []string
	for _, context := range contexts {
		subjects = append(subjects, "repo:"+repository+":"+context, "repo:"+numbered+":"+context)
	}
	return iam.Policy(iam.Statement{
		Effect: iam.Allow, Action: []string{"sts:AssumeRoleWithWebIdentity"},
		Principal: iam.Principal{"Federated": {iamARN + "oidc-provider/" + issuer}},
		Condition: iam.Condition{"StringEquals": {issuer + ":aud": {"sts.amazonaws.com"}, issuer + ":sub": subjects}},
	})
}
