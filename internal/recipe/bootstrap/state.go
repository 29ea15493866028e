package bootstrap

import (
	"context"
	"encoding/json"
	"slices"
)

// makeBucket makes the bucket of the state: private, versioned, encrypted, reached by TLS alone.
func (b *bootstrap) makeBucket(ctx context.Context) error {
	bucket := b.target.Bucket()
	_, found, err := b.find(ctx, b.aws("s3api", "head-bucket", "--bucket", bucket))
	if err != nil {
		return err
	}
	if !found {
		create := b.aws("s3api", "create-bucket", "--bucket", bucket)
		if b.target.Region != "us-east-1" { // which S3 does not take as a constraint
			create.Args = append(create.Args, "--create-bucket-configuration", "LocationConstraint="+b.target.Region)
		}
		if err := b.do(ctx, create); err != nil {
			return err
		}
		b.recipe.Say("made the bucket %s", bucket)
	}
	arn := "arn:" + b.target.Partition + ":s3:::" + bucket
	policy, err := b.file("bucket.json", map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Sid": "TLSOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": []string{arn, arn + "/*"},
		"Condition": map[string]any{"Bool": map[string]string{"aws:SecureTransport": "false"}},
	}}})
	if err != nil {
		return err
	}
	return b.do(ctx,
		b.aws("s3api", "put-public-access-block", "--bucket", bucket, "--public-access-block-configuration",
			"BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"),
		b.aws("s3api", "put-bucket-versioning", "--bucket", bucket, "--versioning-configuration", "Status=Enabled"),
		b.aws("s3api", "put-bucket-encryption", "--bucket", bucket, "--server-side-encryption-configuration",
			`{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}`),
		b.aws("s3api", "put-bucket-policy", "--bucket", bucket, "--policy", policy))
}

// makeKey makes the key of the secrets in the state, which rotates.
func (b *bootstrap) makeKey(ctx context.Context) error {
	name := b.target.Key()
	_, found, err := b.find(ctx, b.aws("kms", "describe-key", "--key-id", name))
	if err != nil {
		return err
	}
	if !found {
		id, err := b.recipe.Output(ctx, b.aws("kms", "create-key", "--description", "State of mosaic-database in "+b.target.Environment,
			"--query", "KeyMetadata.KeyId", "--output", "text"))
		if err != nil {
			return err
		}
		if err := b.do(ctx, b.aws("kms", "create-alias", "--alias-name", name, "--target-key-id", id)); err != nil {
			return err
		}
		b.recipe.Say("made the key %s", name)
	}
	b.keyARN, err = b.recipe.Output(ctx, b.aws("kms", "describe-key", "--key-id", name, "--query", "KeyMetadata.Arn", "--output", "text"))
	if err != nil {
		return err
	}
	return b.do(ctx, b.aws("kms", "enable-key-rotation", "--key-id", b.keyARN))
}

// trustGitHub makes GitHub an identity provider, for tokens that are meant for AWS.
func (b *bootstrap) trustGitHub(ctx context.Context) error {
	const host, audience = "token.actions.githubusercontent.com", "sts.amazonaws.com"
	provider := b.arn("oidc-provider/" + host)
	text, found, err := b.find(ctx, b.aws("iam", "get-open-id-connect-provider", "--open-id-connect-provider-arn", provider, "--output", "json"))
	if err != nil {
		return err
	}
	if !found {
		return b.do(ctx, b.aws("iam", "create-open-id-connect-provider", "--url", "https://"+host, "--client-id-list", audience))
	}
	var present struct{ ClientIDList []string }
	if err := json.Unmarshal([]byte(text), &present); err != nil {
		return err
	}
	if slices.Contains(present.ClientIDList, audience) {
		return nil
	}
	// Made by somebody else, for another audience.
	err = b.do(ctx, b.aws("iam", "add-client-id-to-open-id-connect-provider", "--open-id-connect-provider-arn", provider, "--client-id", audience))
	if err == nil {
		b.recipe.Say("added the audience %s to %s", audience, provider)
	}
	return err
}

// makeServiceRole makes the role of RDS itself, which RDS makes at the first instance of an account, and the deploy role may not.
func (b *bootstrap) makeServiceRole(ctx context.Context) error {
	_, found, err := b.find(ctx, b.aws("iam", "get-role", "--role-name", "AWSServiceRoleForRDS"))
	if err != nil || found {
		return err
	}
	return b.do(ctx, b.aws("iam", "create-service-linked-role", "--aws-service-name", "rds.amazonaws.com"))
}
