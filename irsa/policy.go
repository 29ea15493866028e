package irsa

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// audience is the audience (aud) of the tokens that pods exchange for AWS credentials.
const audience = "sts.amazonaws.com"

// trustPolicy lets one service account of one cluster assume the role: subject and audience of the token must be equal to
// these values.
func (a *Args) trustPolicy() (string, error) {
	host := issuerHost(a.OidcIssuer)
	return iam.Policy(iam.Statement{
		Effect:    iam.Allow,
		Principal: iam.Principal{"Federated": {a.OidcProviderArn}},
		Action:    iam.Values{"sts:AssumeRoleWithWebIdentity"},
		Condition: iam.Condition{"StringEquals": {
			host + ":sub": {a.subject()},
			host + ":aud": {audience},
		}},
	}).JSON()
}

// subject is the subject (sub) of the service account's tokens: system:serviceaccount:<namespace>:<name>.
func (a *Args) subject() string {
	return fmt.Sprintf("system:serviceaccount:%s:%s", a.Namespace, a.ServiceAccount)
}

// secretsPolicy allows reading these secrets, and nothing else. With a customer managed key, it also allows decryption, but
// only through Secrets Manager. The AWS managed key needs no permission.
func (a *Args) secretsPolicy(secretArns []string) (string, error) {
	document := iam.Policy(iam.Statement{
		Sid:      "ReadDatabaseSecrets",
		Effect:   iam.Allow,
		Action:   iam.Values{"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"},
		Resource: secretArns,
	})
	if key := a.Config.Database.SecretKmsKeyID; key != "" {
		document.Statement = append(document.Statement, iam.Statement{
			Sid:       "DecryptDatabaseSecrets",
			Effect:    iam.Allow,
			Action:    iam.Values{"kms:Decrypt"},
			Resource:  iam.Values{key},
			Condition: iam.Condition{"StringEquals": {"kms:ViaService": {secretsManagerHost(a.Config.Region)}}},
		})
	}
	return document.JSON()
}

// secretsManagerHost is the host name of Secrets Manager in a region.
func secretsManagerHost(region string) string {
	host := fmt.Sprintf("secretsmanager.%s.amazonaws.com", region)
	if strings.HasPrefix(region, "cn-") {
		host += ".cn"
	}
	return host
}

// issuerHost is the issuer without https://, as IAM has it in condition keys and in the ARN of the provider.
func issuerHost(issuer string) string { return strings.TrimPrefix(issuer, "https://") }

// matches reports whether the OIDC provider belongs to the issuer. IAM accepts any combination, but with a wrong one no pod
// could assume the role.
func matches(providerArn, issuer string) bool {
	_, host, found := strings.Cut(providerArn, ":oidc-provider/")
	return found && host == issuerHost(issuer)
}
