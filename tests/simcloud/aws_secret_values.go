package simcloud

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/mosaic-stories/mosaic-database/internal/config/rules"
)

// secretRequest is the request of GetSecretValue.
type secretRequest struct {
	ID           string `json:"SecretId"` // name or ARN
	VersionID    string `json:"VersionId"`
	VersionStage string
}

// secretValue is the response.
type secretValue struct {
	ARN, Name     string
	VersionID     string   `json:"VersionId"`
	VersionStages []string `json:",omitempty"`
	SecretString  string   `json:",omitempty"`
	SecretBinary  string   `json:",omitempty"` // in base64
}

// getSecretValue is GetSecretValue of Secrets Manager. IAM decides first: a role that may read certain secrets does not learn that
// another one does not exist.
func (c *Cloud) getSecretValue(by caller, r secretRequest) (secretValue, error) {
	secret, isDeleted := c.secretIn(by.region, r.ID)
	read := action{by: by, name: "secretsmanager:GetSecretValue", resource: r.ID, context: by.context()}
	if secret != nil {
		read.resource, read.policy = secret.Properties.Text("arn"), secret.Properties.Text("policy")
	}
	if r.VersionStage != "" {
		read.context["secretsmanager:VersionStage"] = r.VersionStage
	}
	if err := c.authorize(read); err != nil {
		return secretValue{}, err
	}
	switch {
	case secret == nil:
		return secretValue{}, badRequest("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	case isDeleted:
		return secretValue{}, badRequest("InvalidRequestException",
			"You can't perform this operation on the secret because it was marked for deletion.")
	}
	version, err := c.version(secret, r)
	if err != nil {
		return secretValue{}, err
	}
	value := secretValue{
		ARN: read.resource, Name: secret.Properties.Text("name"), VersionID: version.Text("versionId"),
		VersionStages: version.Texts("versionStages"), SecretString: version.Text("secretString"), SecretBinary: version.Text("secretBinary"),
	}
	if err := c.decrypts(by, secret.Properties.Text("kmsKeyId"), value); err != nil {
		return secretValue{}, err
	}
	return value, nil
}

// context is the condition keys of every call.
func (by caller) context() map[string]string {
	return map[string]string{
		"aws:PrincipalArn": by.roleARN(), "aws:PrincipalAccount": by.account(), "aws:RequestedRegion": by.region, "aws:SecureTransport": "true",
	}
}

// secretIn finds a secret of a region by its name or its ARN, also one in its recovery window.
func (c *Cloud) secretIn(region, id string) (secret *Object, isDeleted bool) {
	is := func(o *Object) bool {
		_, in, _ := rules.Place(o.Properties.Text("arn"))
		return in == region && (o.Properties.Text("name") == id || o.Properties.Text("arn") == id)
	}
	if secret = c.find(secretType, is); secret != nil {
		return secret, false
	}
	secret = c.find(DeletedSecret, is)
	return secret, secret != nil
}

func (c *Cloud) version(secret *Object, r secretRequest) (Properties, error) {
	stage := r.VersionStage
	if r.VersionID == "" {
		stage = cmp.Or(stage, "AWSCURRENT")
	}
	for _, v := range c.versions(secret.ID) {
		hasStage := slices.Contains(v.Properties.Texts("versionStages"), stage)
		switch {
		case r.VersionID == "" && hasStage, r.VersionID == v.Properties.Text("versionId") && (stage == "" || hasStage):
			return v.Properties, nil
		case r.VersionID == v.Properties.Text("versionId"):
			return nil, badRequest("InvalidRequestException", "You provided a VersionStage that is not associated to the provided VersionId.")
		}
	}
	missing := "staging label: " + stage
	if r.VersionID != "" {
		missing = "VersionId: " + r.VersionID
	}
	return nil, badRequest("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for "+missing)
}

// decrypts returns an error if the caller may not use the key of a secret. All of the account may use the key of AWS, which a secret
// without a key has. A key has the policy that it has by default: those of IAM decide.
func (c *Cloud) decrypts(by caller, key string, value secretValue) error {
	if key == "" {
		return nil
	}
	context := by.context()
	maps.Copy(context, map[string]string{
		"kms:ViaService": fmt.Sprintf("secretsmanager.%s.amazonaws.com", by.region), "kms:CallerAccount": by.account(),
		"kms:EncryptionContext:SecretARN": value.ARN, "kms:EncryptionContext:SecretVersionId": value.VersionID,
	})
	if err := c.authorize(action{by: by, name: "kms:Decrypt", resource: key, context: context}); err != nil {
		return badRequest("AccessDeniedException", "Access to KMS is not allowed").because(err)
	}
	return nil
}
