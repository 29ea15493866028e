package irsa

import (
	"encoding/json"
	"fmt"
	"strings"
)

// audience is what EKS writes into the tokens that pods exchange for credentials.
const audience = "sts.amazonaws.com"

// policy is an IAM policy document.
type policy struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal map[string]string `json:",omitempty"`
	Action    []string
	Resource  []string                     `json:",omitempty"`
	Condition map[string]map[string]string `json:",omitempty"`
}

func (p policy) json() (string, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("encoding a policy: %w", err)
	}
	return string(text), nil
}

// TrustPolicy lets exactly one service account of one cluster assume the role: both the subject and the
// audience of its token are compared with StringEquals.
func TrustPolicy(providerArn, issuer, namespace, serviceAccount string) (string, error) {
	host := issuerHost(issuer)
	return policy{
		Version: "2012-10-17",
		Statement: []statement{{
			Effect:    "Allow",
			Principal: map[string]string{"Federated": providerArn},
			Action:    []string{"sts:AssumeRoleWithWebIdentity"},
			Condition: map[string]map[string]string{"StringEquals": {
				host + ":sub": Subject(namespace, serviceAccount),
				host + ":aud": audience,
			}},
		}},
	}.json()
}

// Subject is the subject of a service account's token: system:serviceaccount:<namespace>:<name>.
func Subject(namespace, serviceAccount string) string {
	return fmt.Sprintf("system:serviceaccount:%s:%s", namespace, serviceAccount)
}

// SecretsPolicy allows reading exactly these secrets, and decrypting them where the key is the
// customer's; Secrets Manager's own key needs no permission. The key may be used through Secrets
// Manager alone.
func SecretsPolicy(secretArns []string, kmsKeyArn, region string) (string, error) {
	document := policy{
		Version: "2012-10-17",
		Statement: []statement{{
			Sid:      "ReadDatabaseSecrets",
			Effect:   "Allow",
			Action:   []string{"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"},
			Resource: secretArns,
		}},
	}
	if kmsKeyArn != "" {
		document.Statement = append(document.Statement, statement{
			Sid:      "DecryptDatabaseSecrets",
			Effect:   "Allow",
			Action:   []string{"kms:Decrypt"},
			Resource: []string{kmsKeyArn},
			Condition: map[string]map[string]string{"StringEquals": {
				"kms:ViaService": secretsManagerHost(region),
			}},
		})
	}
	return document.json()
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
