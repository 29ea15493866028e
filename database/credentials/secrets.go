package credentials

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
)

// secrets registers secrets and their contents.
type secrets struct {
	ctx                *pulumi.Context
	parent             pulumi.ResourceOption
	kmsKeyID           string // ARN of a customer key; "": aws/secretsmanager
	recoveryWindowDays int    // in which a deleted secret can be restored; 0: none
	protect            bool
}

// derived registers secrets whose contents a run can make again. They have neither protection nor a recovery window: a name
// that waits to be deleted would be in the way when the secret comes back.
func derived(ctx *pulumi.Context, cfg *config.Config, parent pulumi.Resource) secrets {
	return secrets{ctx: ctx, parent: pulumi.Parent(parent), kmsKeyID: cfg.Database.SecretKmsKeyID}
}

func (s secrets) secret(name, description string) (*secretsmanager.Secret, error) {
	args := &secretsmanager.SecretArgs{
		Name:                 pulumi.String(name),
		Description:          pulumi.String(description),
		RecoveryWindowInDays: pulumi.Int(s.recoveryWindowDays),
	}
	if s.kmsKeyID != "" {
		args.KmsKeyId = pulumi.String(s.kmsKeyID)
	}
	secret, err := secretsmanager.NewSecret(s.ctx, name, args, s.parent, pulumi.Protect(s.protect))
	if err != nil {
		return nil, fmt.Errorf("registering the secret %s: %w", name, err)
	}
	return secret, nil
}

// content puts a content into a secret once everything is there that makes it true.
func (s secrets) content(name string, secret, content pulumi.StringInput, needs ...pulumi.Resource) (*secretsmanager.SecretVersion, error) {
	version, err := secretsmanager.NewSecretVersion(s.ctx, name, &secretsmanager.SecretVersionArgs{
		SecretId:     secret,
		SecretString: content.ToStringOutput().ToStringPtrOutput(),
	}, s.parent, pulumi.DependsOn(needs))
	if err != nil {
		return nil, fmt.Errorf("registering the content of the secret %s: %w", name, err)
	}
	return version, nil
}

func encode(content map[string]string) (string, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return "", fmt.Errorf("encoding the content of a secret: %w", err)
	}
	return string(text), nil
}
