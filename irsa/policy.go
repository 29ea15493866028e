package irsa

import (
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// audience is the audience (aud) of the tokens that pods exchange for AWS credentials.
const audience = "sts.amazonaws.com"

// longestTrust is how many characters IAM allows a trust policy to have, until one asks AWS for more.
const longestTrust = 2048

// trustPolicy lets service accounts of one cluster assume the role: the audience of the token must be equal to ours, and its subject
// to one of those named, or like one of the patterns. The patterns have a statement of their own, because the operators of one
// statement must all hold.
func (a *Args) trustPolicy() (string, error) {
	named, patterns := iam.Values{}, iam.Values{}
	for _, account := range append([]string{a.Namespace + "/" + a.ServiceAccount}, a.Trusted...) {
		namespace, name, _ := strings.Cut(account, "/")
		if strings.Contains(account, "*") {
			patterns = append(patterns, subject(namespace, name))
		} else {
			named = append(named, subject(namespace, name))
		}
	}
	host := issuerHost(a.OidcIssuer)
	trust := func(condition iam.Condition) iam.Statement {
		return iam.Statement{
			Effect: iam.Allow, Principal: iam.Principal{"Federated": {a.OidcProviderArn}},
			Action: iam.Values{"sts:AssumeRoleWithWebIdentity"}, Condition: condition,
		}
	}
	document := iam.Policy()
	if len(named) > 0 {
		document.Statement = append(document.Statement, trust(iam.Condition{"StringEquals": {host + ":sub": named, host + ":aud": {audience}}}))
	}
	if len(patterns) > 0 {
		document.Statement = append(document.Statement,
			trust(iam.Condition{"StringEquals": {host + ":aud": {audience}}, "StringLike": {host + ":sub": patterns}}))
	}
	text, err := document.JSON()
	if err == nil && len(text) > longestTrust {
		return "", fmt.Errorf("irsa: the trust policy of the role %s has %d characters with its %d trustedServiceAccounts, and IAM allows %d; "+
			"name fewer, or several by one pattern such as preview-*/%s", a.Name, len(text), len(a.Trusted), longestTrust, a.ServiceAccount)
	}
	return text, err
}

// subject is the subject (sub) of the tokens of the service account that has the role.
func (a *Args) subject() string { return subject(a.Namespace, a.ServiceAccount) }

// subject is system:serviceaccount:<namespace>:<name>. Neither part can have a colon, so a * in one does not reach the other.
func subject(namespace, name string) string {
	return fmt.Sprintf("system:serviceaccount:%s:%s", namespace, name)
}

// description is what the role is for, and whose.
func (a *Args) description() string {
	if len(a.SecretArns) == 0 {
		return "Database login of " + a.subject()
	}
	return "Database secrets for " + a.subject()
}

// loginPolicyName is the policy's name in IAM.
const loginPolicyName = "log-in-to-the-database"

// loginPolicy allows logging in as these logins by token, and nothing else.
func loginPolicy(loginArns []string) (string, error) {
	return iam.Policy(iam.Statement{Effect: iam.Allow, Action: iam.Values{"rds-db:connect"}, Resource: loginArns}).JSON()
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
