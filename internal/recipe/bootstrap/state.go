package bootstrap

import (
	"cmp"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// makeBucket creates the bucket of the state: private, versioned, encrypted, and open to TLS connections only.
func (a *account) makeBucket() {
	bucket := a.target.Bucket()
	if missing, _ := a.Missing("s3api", "head-bucket", "--bucket", bucket); missing {
		create := []string{"s3api", "create-bucket", "--bucket", bucket}
		if a.target.Region != "us-east-1" { // S3 does not accept it as a location constraint
			create = append(create, "--create-bucket-configuration", "LocationConstraint="+a.target.Region)
		}
		a.Run(create...)
		a.Say("created the bucket %s", bucket)
	}
	a.Run("s3api", "put-public-access-block", "--bucket", bucket, "--public-access-block-configuration",
		"BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true")
	a.Run("s3api", "put-bucket-versioning", "--bucket", bucket, "--versioning-configuration", "Status=Enabled")
	a.Run("s3api", "put-bucket-encryption", "--bucket", bucket, "--server-side-encryption-configuration",
		`{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}`)
	arn := "arn:" + a.target.Partition + ":s3:::" + bucket
	policy, err := iam.Policy(iam.Statement{
		Sid: "TLSOnly", Effect: iam.Deny, Principal: iam.Everyone(), Action: iam.Values{"s3:*"}, Resource: iam.Values{arn, arn + "/*"},
		Condition: iam.Condition{"Bool": {"aws:SecureTransport": {"false"}}},
	}).JSON()
	a.Err = cmp.Or(a.Err, err)
	a.Run("s3api", "put-bucket-policy", "--bucket", bucket, "--policy", a.File("bucket.json", []byte(policy)))
}

// makeKey creates the KMS key that encrypts the secrets in the state, with rotation.
func (a *account) makeKey() {
	name := a.target.Key()
	if missing, _ := a.Missing("kms", "describe-key", "--key-id", name); missing {
		id := a.Output("kms", "create-key", "--description", "State of mosaic-database in "+a.target.Environment,
			"--query", "KeyMetadata.KeyId", "--output", "text")
		a.Run("kms", "create-alias", "--alias-name", name, "--target-key-id", id)
		a.Say("created the key %s", name)
	}
	a.keyARN = a.Output("kms", "describe-key", "--key-id", name, "--query", "KeyMetadata.Arn", "--output", "text")
	a.Run("kms", "enable-key-rotation", "--key-id", a.keyARN)
}

// trustGitHub makes GitHub an identity provider of the account, for tokens with the audience of AWS.
func (a *account) trustGitHub() {
	const host, audience = "token.actions.githubusercontent.com", "sts.amazonaws.com"
	provider := a.arn("oidc-provider/" + host)
	missing, text := a.Missing("iam", "get-open-id-connect-provider", "--open-id-connect-provider-arn", provider, "--output", "json")
	if missing {
		a.Run("iam", "create-open-id-connect-provider", "--url", "https://"+host, "--client-id-list", audience)
		return
	}
	var present struct{ ClientIDList []string }
	a.Read(text, &present)
	if !slices.Contains(present.ClientIDList, audience) { // somebody created it for another audience
		a.Run("iam", "add-client-id-to-open-id-connect-provider", "--open-id-connect-provider-arn", provider, "--client-id", audience)
		a.Say("added the audience %s to %s", audience, provider)
	}
}

// makeServiceRoles creates the service-linked roles of RDS and of AWS Backup. Otherwise these create them with the first instance of an
// account, and with the first selection of a plan, for which the deploy role has no permission.
func (a *account) makeServiceRoles() {
	for _, of := range [][2]string{{"AWSServiceRoleForRDS", "rds.amazonaws.com"}, {"AWSServiceRoleForBackup", "backup.amazonaws.com"}} {
		if missing, _ := a.Missing("iam", "get-role", "--role-name", of[0]); missing {
			a.Run("iam", "create-service-linked-role", "--aws-service-name", of[1])
		}
	}
}
