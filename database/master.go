package database

import (
	"errors"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// setMaster sets the master user's password, or leaves it to RDS.
func (b *builder) setMaster(args *rds.InstanceArgs, s *shared) {
	if !b.cfg.Database.ManageMasterUserPassword {
		args.Password = s.password
		return
	}
	args.ManageMasterUserPassword, args.MasterUserSecretKmsKeyId = pulumi.Bool(true), b.masterKey()
}

// setMaster is the same of a cluster.
func (c cluster) setMaster(args *rds.ClusterArgs, s *shared) {
	if !c.cfg.Database.ManageMasterUserPassword {
		args.MasterPassword = s.password
		return
	}
	args.ManageMasterUserPassword, args.MasterUserSecretKmsKeyId = pulumi.Bool(true), c.masterKey()
}

// masterKey is the key of RDS's secret, that of the other secrets; nil: the key aws/secretsmanager.
func (b *builder) masterKey() pulumi.StringPtrInput {
	if key := b.cfg.Database.SecretKmsKeyID; key != "" {
		return pulumi.String(key)
	}
	return nil
}

// instanceSecret is the ARN of the secret that RDS has for the master user of an instance; nil: none.
func instanceSecret(secrets []rds.InstanceMasterUserSecret) *string {
	if len(secrets) == 0 {
		return nil
	}
	return secrets[0].SecretArn
}

// clusterSecret is the same of a cluster.
func clusterSecret(secrets []rds.ClusterMasterUserSecret) *string {
	if len(secrets) == 0 {
		return nil
	}
	return secrets[0].SecretArn
}

// managedSecret returns the ARN of RDS's secret, once it is there. The preview of the run in which RDS makes it does not know it.
func (b *builder) managedSecret(arn pulumi.Output) pulumi.StringOutput {
	if !b.cfg.Database.ManageMasterUserPassword {
		return pulumi.StringOutput{}
	}
	unknown := pulumi.UnsafeUnknownOutput(nil).ApplyT(func(any) string { return "" }).(pulumi.StringOutput)
	return arn.ApplyT(func(arn *string) (pulumi.StringOutput, error) {
		switch {
		case arn != nil:
			return pulumi.String(*arn).ToStringOutput(), nil
		case b.ctx.DryRun():
			return unknown, nil
		}
		return pulumi.StringOutput{}, errors.New("RDS has no secret of the master user yet, which database.manageMasterUserPassword asks for: " +
			"if this run has a --target, run without; otherwise read what RDS has made by now: pulumi up --refresh")
	}).(pulumi.StringOutput)
}
