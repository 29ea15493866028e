package credentials

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// secrets registers secrets in Secrets Manager, and their contents.
type secrets struct {
	ctx                *pulumi.Context
	parent             pulumi.ResourceOption
	kmsKeyID           string // ARN of a customer managed key; "": the AWS managed key aws/secretsmanager
	recoveryWindowDays int    // days in which a deleted secret can be restored; 0: it is deleted at once
	protect            bool
	replica            *secretsmanager.SecretReplicaArgs // in another region; nil: none
}

// derived returns a registrar for secrets whose content a later run can create again. They have neither protection nor a
// recovery window: Secrets Manager refuses a new secret with the name of one that is scheduled for deletion.
func derived(ctx *pulumi.Context, cfg *config.Config, parent pulumi.Resource) secrets {
	return secrets{ctx: ctx, parent: pulumi.Parent(parent), kmsKeyID: cfg.Database.SecretKmsKeyID}
}

// secret registers a secret without a content. Its Pulumi name is its name in AWS.
func (s secrets) secret(name, description string) (*secretsmanager.Secret, error) {
	args := &secretsmanager.SecretArgs{
		Name:                 pulumi.String(name),
		Description:          pulumi.String(description),
		RecoveryWindowInDays: pulumi.Int(s.recoveryWindowDays),
	}
	if s.kmsKeyID != "" {
		args.KmsKeyId = pulumi.String(s.kmsKeyID)
	}
	if s.replica != nil {
		args.Replicas = secretsmanager.SecretReplicaArray{s.replica}
	}
	secret, err := secretsmanager.NewSecret(s.ctx, name, args, s.parent, pulumi.Protect(s.protect))
	if err != nil {
		return nil, fmt.Errorf("registering the secret %s: %w", name, err)
	}
	return secret, nil
}

// secretContent is the content of a secret.
type secretContent struct {
	name     string             // Pulumi name; by convention that of the secret
	secretID pulumi.StringInput // ID or ARN of the secret
	value    pulumi.StringInput // JSON
	// dependencies are created or updated before the content is written, because only then it is right.
	dependencies []pulumi.Resource
}

// put registers a content of a secret.
func (s secrets) put(c secretContent) (*secretsmanager.SecretVersion, error) {
	version, err := secretsmanager.NewSecretVersion(s.ctx, c.name, &secretsmanager.SecretVersionArgs{
		SecretId:     c.secretID,
		SecretString: c.value.ToStringOutput().ToStringPtrOutput(),
	}, s.parent, pulumi.DependsOn(c.dependencies))
	if err != nil {
		return nil, fmt.Errorf("registering the content of the secret %s: %w", c.name, err)
	}
	return version, nil
}

// filled registers a secret with its content.
func (s secrets) filled(description string, c secretContent) (*secretsmanager.Secret, *secretsmanager.SecretVersion, error) {
	secret, err := s.secret(c.name, description)
	if err != nil {
		return nil, nil, err
	}
	c.secretID = secret.ID()
	version, err := s.put(c)
	return secret, version, err
}

// encode returns the content of a secret as JSON.
func encode[T any](content map[string]T) (string, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return "", fmt.Errorf("encoding the content of a secret: %w", err)
	}
	return string(text), nil
}
