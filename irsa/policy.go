package irsa

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// audience is what EKS writes into the tokens that pods exchange for credentials.
const audience = "sts.amazonaws.com"

// trustPolicy lets exactly one service account of one cluster assume the role: both the subject and the
// audience of its token are compared with StringEquals.
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

// subject is that of the service account's token: system:serviceaccount:<namespace>:<name>.
func (a *Args) subject() string {
	return fmt.Sprintf("system:serviceaccount:%s:%s", a.Namespace, a.ServiceAccount)
}

// secretsPolicy allows reading exactly these secrets, and decrypting them where the key is the
// customer's; Secrets Manager's own key needs no permission. The key may be used through Secrets
// Manager alone.
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

// secretsManagerHost is the endpoint of Secrets Manager in a region.
func secretsManagerHost(region string) string {
	host := fmt.Sprintf("secretsmanager.%s.amazonaws.com", region)
	if strings.HasPrefix(region, "cn-") {
		host += ".cn"
	}
	return host
}

// issuerHost is the issuer without its scheme, as IAM writes it in conditions and provider ARNs.
func issuerHost(issuer string) string { return strings.TrimPrefix(issuer, "https://") }

// matches says whether a provider ARN is that of the issuer; IAM would accept any pair, and no pod could
// ever assume the role.
func matches(providerArn, issuer string) bool {
	_, host, found := strings.Cut(providerArn, ":oidc-provider/")
	return found && host == issuerHost(issuer)
}
