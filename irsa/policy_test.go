package irsa

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

func TestTrustPolicyTrustsOneAccountOfOneCluster(t *testing.T) {
	got, err := (&Args{
		OidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/A1", OidcIssuer: "https://oidc.example/id/A1",
		Namespace: "mosaic-prod", ServiceAccount: "core-api",
	}).trustPolicy()
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"Version": "2012-10-17",
		"Statement": [{
			"Effect": "Allow",
			"Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/A1"},
			"Action": ["sts:AssumeRoleWithWebIdentity"],
			"Condition": {"StringEquals": {
				"oidc.example/id/A1:sub": "system:serviceaccount:mosaic-prod:core-api",
				"oidc.example/id/A1:aud": "sts.amazonaws.com"
			}}
		}]
	}`, got)
}

func TestSecretsPolicyNamesExactlyTheSecrets(t *testing.T) {
	arns := []string{"arn:aws:secretsmanager:us-east-1:1:secret:a-AbCdEf", "arn:aws:secretsmanager:us-east-1:1:secret:b-AbCdEf"}
	read := `{"Sid": "ReadDatabaseSecrets", "Effect": "Allow",
		"Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
		"Resource": ["arn:aws:secretsmanager:us-east-1:1:secret:a-AbCdEf", "arn:aws:secretsmanager:us-east-1:1:secret:b-AbCdEf"]}`
	decrypt := `{"Sid": "DecryptDatabaseSecrets", "Effect": "Allow", "Action": ["kms:Decrypt"],
		"Resource": ["arn:aws:kms:us-east-1:1:key/k"],
		"Condition": {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}}`
	for name, test := range map[string]struct{ key, want string }{
		"AWS managed key":      {"", `{"Version": "2012-10-17", "Statement": [` + read + `]}`},
		"customer managed key": {"arn:aws:kms:us-east-1:1:key/k", `{"Version": "2012-10-17", "Statement": [` + read + `,` + decrypt + `]}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := (&Args{Config: &config.Config{Region: "us-east-1", Database: config.Database{SecretKmsKeyID: test.key}}}).secretsPolicy(arns)
			require.NoError(t, err)
			assert.JSONEq(t, test.want, got)
		})
	}
}

func TestLoginPolicyNamesExactlyTheLogins(t *testing.T) {
	got, err := loginPolicy([]string{"arn:aws:rds-db:us-east-1:1:dbuser:db-A/core_api_iam", "arn:aws:rds-db:us-east-1:1:dbuser:db-B/core_api_iam"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["rds-db:connect"],
		"Resource": ["arn:aws:rds-db:us-east-1:1:dbuser:db-A/core_api_iam", "arn:aws:rds-db:us-east-1:1:dbuser:db-B/core_api_iam"]}]}`, got)
}

func TestProviderMatchesIssuer(t *testing.T) {
	const issuer = "https://oidc.example/id/A1"
	for arn, want := range map[string]bool{
		"arn:aws:iam::1:oidc-provider/oidc.example/id/A1":      true,
		"arn:aws-cn:iam::1:oidc-provider/oidc.example/id/A1":   true,
		"arn:aws:iam::1:oidc-provider/oidc.example/id/B2":      false,
		"arn:aws:iam::1:oidc-provider/oidc.example/id/A12":     false,
		"arn:aws:iam::1:oidc-provider/evil/oidc.example/id/A1": false,
		"oidc.example/id/A1": false,
		"":                   false,
	} {
		assert.Equal(t, want, matches(arn, issuer), arn)
	}
}

func TestCheckNamesEveryProblem(t *testing.T) {
	err := (&Args{Name: "r", OidcIssuer: "https://a", OidcProviderArn: "arn:aws:iam::1:oidc-provider/b"}).check()
	require.Error(t, err)
	for _, part := range []string{"Config", "Namespace", "ServiceAccount", "SecretArns", "not that of the issuer https://a"} {
		assert.ErrorContains(t, err, part)
	}
	assert.NotContains(t, err.Error(), "Name is empty\n")
}

// Names are compared as they are, patterns in a statement of their own: in one, a token would have to satisfy both.
func TestTrustPolicyOfSeveralAccounts(t *testing.T) {
	args := &Args{
		OidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/A1", OidcIssuer: "https://oidc.example/id/A1", Name: "r",
		Namespace: "mosaic-prod", ServiceAccount: "core-api", Trusted: []string{"jobs/worker", "preview-*/core-api"},
	}
	got, err := args.trustPolicy()
	require.NoError(t, err)
	const statement = `{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/A1"},
		"Action": ["sts:AssumeRoleWithWebIdentity"], "Condition": `
	assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [
		`+statement+`{"StringEquals": {"oidc.example/id/A1:aud": "sts.amazonaws.com",
			"oidc.example/id/A1:sub": ["system:serviceaccount:mosaic-prod:core-api", "system:serviceaccount:jobs:worker"]}}},
		`+statement+`{"StringEquals": {"oidc.example/id/A1:aud": "sts.amazonaws.com"},
			"StringLike": {"oidc.example/id/A1:sub": "system:serviceaccount:preview-*:core-api"}}}
	]}`, got)

	for i := range 40 {
		args.Trusted = append(args.Trusted, fmt.Sprintf("namespace-number-%d/core-api", i))
	}
	_, err = args.trustPolicy()
	require.ErrorContains(t, err, "with its 42 trustedServiceAccounts, and IAM allows 2048")
}
