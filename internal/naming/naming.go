// Package naming has the names of all resources of a stack, so that two places that use the same name cannot differ.
package naming

import (
	"fmt"
	"strings"
)

const (
	// Prefix is the prefix of the names of AWS resources, and of the default namespace.
	Prefix = "mosaic"
	// SecretStore is the name of the SecretStore of the application that owns the schema.
	SecretStore = "aws-secrets-manager"
)

// Instance is the identifier of the database instance: mosaic-<env>-db.
func Instance(env string) string { return fmt.Sprintf("%s-%s-db", Prefix, env) }

// Generation is the identifier of the n-th instance of an environment, counted from 1: mosaic-<env>-db, then
// mosaic-<env>-db-2 and so on. All but the first are restored from a backup.
func Generation(env string, n int) string {
	if n == 1 {
		return Instance(env)
	}
	return fmt.Sprintf("%s-%d", Instance(env), n)
}

// Replica is the identifier of the n-th read replica of an instance, counted from 1.
func Replica(instance string, n int) string { return fmt.Sprintf("%s-replica-%d", instance, n) }

// ManagedSecrets is what the names of the secrets begin with that RDS makes for the master users whose passwords it manages.
const ManagedSecrets = "rds!"

// CredentialsSecret is the name of the secret with user name and password: mosaic/<env>/rds/credentials.
func CredentialsSecret(env string) string { return fmt.Sprintf("%s/%s/rds/credentials", Prefix, env) }

// ConnectionSecret is the name of the secret with everything that a client needs to connect: mosaic/<env>/rds/connection.
func ConnectionSecret(env string) string { return fmt.Sprintf("%s/%s/rds/connection", Prefix, env) }

// BootstrapSecret is the name of the secret with the master user and the password verifiers of the logins, for the
// bootstrap Job: mosaic/<env>/rds/bootstrap.
func BootstrapSecret(env string) string { return fmt.Sprintf("%s/%s/rds/bootstrap", Prefix, env) }

// MigratorSecret is the name of the migrator's connection secret: mosaic/<env>/rds/migrator.
func MigratorSecret(env string) string { return fmt.Sprintf("%s/%s/rds/migrator", Prefix, env) }

// ReadOnlySecret is the name of the read-only login's connection secret: mosaic/<env>/rds/readonly.
func ReadOnlySecret(env string) string { return fmt.Sprintf("%s/%s/rds/readonly", Prefix, env) }

// PreviewsSecret is the name of the secret with the login of preview environments: mosaic/<env>/rds/previews.
func PreviewsSecret(env string) string { return fmt.Sprintf("%s/%s/rds/previews", Prefix, env) }

// PoolerSecret is the name of the secret with the user list of the connection pooler: mosaic/<env>/rds/pooler.
func PoolerSecret(env string) string { return fmt.Sprintf("%s/%s/rds/pooler", Prefix, env) }

// LoadSecret is the name of the secret with the master user and the hosts of the two instances, for the Job that fills one from the
// other: mosaic/<env>/rds/load.
func LoadSecret(env string) string { return fmt.Sprintf("%s/%s/rds/load", Prefix, env) }

// SecretsRole is the name of the IAM role that the application's pods assume:
// mosaic-<env>-<app>-secrets-role, at most 64 characters (IAM).
func SecretsRole(env, app string) string {
	return fmt.Sprintf("%s-%s-%s-secrets-role", Prefix, env, app)
}

// PolicyAttachment is the Pulumi name of the attachment of a managed policy to a role: the role's name, and the ARN of the policy from
// its account on, in which aws stands for AWS.
func PolicyAttachment(role, arn string) string {
	_, owned, _ := strings.Cut(arn, ":iam::")
	return role + "/" + strings.Replace(owned, ":policy/", "/", 1)
}

// AdminRole is the name of the IAM role that reads the secrets of bootstrap and migration:
// mosaic-<env>-<app>-database-admin-role, at most 64 characters (IAM). It is not a role of the database.
func AdminRole(env, app string) string { return fmt.Sprintf("%s-%s-%s-role", Prefix, env, Admin(app)) }

// MigratorRole is the name of the IAM role with which the migration logs in to the database by token: mosaic-<env>-<app>-migrator-role, at most
// 64 characters (IAM).
func MigratorRole(env, app string) string {
	return fmt.Sprintf("%s-%s-%s-role", Prefix, env, Migrator(app))
}

// IAMUsersRole is the name of the IAM role that IAM users assume to log in to the database: mosaic-<env>-db-people-role.
func IAMUsersRole(env string) string { return Instance(env) + "-people-role" }

// PipelineRole is the name of an IAM role of the pipeline, preview, deploy or drill: mosaic-<env>-pipeline-<role>, at most 64 characters (IAM).
func PipelineRole(env, role string) string {
	return fmt.Sprintf("%s-%s-pipeline-%s", Prefix, env, role)
}

// MonitoringRole is the name of the IAM role with which RDS writes the metrics of enhanced monitoring.
func MonitoringRole(instance string) string { return instance + "-monitoring-role" }

// LogGroup is the name of the CloudWatch log group of an exported log, "postgresql" or "upgrade". RDS determines it.
func LogGroup(instance, log string) string {
	return fmt.Sprintf("/aws/rds/instance/%s/%s", instance, log)
}

// ClusterLogGroup is the same of an Aurora cluster.
func ClusterLogGroup(cluster, log string) string {
	return fmt.Sprintf("/aws/rds/cluster/%s/%s", cluster, log)
}

// ClusterInstance is the identifier of the n-th instance of an Aurora cluster, counted from 1. Which of them writes is none's name: after a
// failover it is another one.
func ClusterInstance(cluster string, n int) string { return fmt.Sprintf("%s-instance-%d", cluster, n) }

// FinalSnapshotPrefix is the prefix of the name of the snapshot that RDS takes when an instance is deleted.
func FinalSnapshotPrefix(instance string) string { return instance + "-final" }

// Access is the Pulumi name of the component with an application's Kubernetes objects.
func Access(env, app string) string { return fmt.Sprintf("%s-%s-%s-access", Prefix, env, app) }

// CopiesKey is the name of the KMS key of the copies of the backups in another region: mosaic-<env>-db-copies.
func CopiesKey(env string) string { return Instance(env) + "-copies" }

// Copies is the Pulumi name of the copies of an instance's backups in another region.
func Copies(instance, region string) string { return instance + "-in-" + region }

// BackupVault is the name of the vault of AWS Backup, and of its plan: mosaic-<env>-db-<suffix>, at most 50 characters. A vault stays when the
// stack forgets it, so a later one has another suffix.
func BackupVault(env, suffix string) string { return Instance(env) + "-" + suffix }

// BackupRole is the name of the IAM role with which AWS Backup takes and deletes the backups in a vault.
func BackupRole(vault string) string { return vault + "-backup-role" }

// AlertsTopic is the name of the SNS topic that alarms and RDS events notify: mosaic-<env>-db-alerts.
func AlertsTopic(env string) string { return Instance(env) + "-alerts" }

// Namespace is the default namespace of an environment: mosaic-<env>.
func Namespace(env string) string { return fmt.Sprintf("%s-%s", Prefix, env) }

// ExternalSecret is the name of an application's ExternalSecret: <app>-db.
func ExternalSecret(app string) string { return app + "-db" }

// AdditionalSecretStore is the name of the SecretStore of an additional application, which may be in the same namespace:
// <app>-aws-secrets-manager.
func AdditionalSecretStore(app string) string { return app + "-" + SecretStore }

// KubernetesSecret is the default name of the Kubernetes Secret that the pods use: <app>-db-secret.
func KubernetesSecret(app string) string { return app + "-db-secret" }

// MigrationJob is the name of the migration Job of a revision: <app>-migration-<revision>, at most 63 characters, because a
// Job's name becomes a label of its pods.
func MigrationJob(app, revision string) string { return fmt.Sprintf("%s-migration-%s", app, revision) }

// MigrationNetworkPolicy is the name of the NetworkPolicy of all migration pods: <app>-migration.
func MigrationNetworkPolicy(app string) string { return app + "-migration" }

// Admin is the name of the ServiceAccount, and of the SecretStore, of bootstrap and migration: <app>-database-admin.
func Admin(app string) string { return app + "-database-admin" }

// Bootstrap is the name of the bootstrap's Kubernetes objects: <app>-bootstrap.
func Bootstrap(app string) string { return app + "-bootstrap" }

// Load is the name of the Kubernetes objects of the Job that fills an instance from another one: <app>-load.
func Load(app string) string { return app + "-load" }

// Migrator is the name that the migrator's ExternalSecret and Secret are named after, and that of its ServiceAccount: <app>-migrator.
func Migrator(app string) string { return app + "-migrator" }

// PreviewsRole is the name of the IAM role that reads the login of preview environments: mosaic-<env>-<app>-previews-secrets-role, at most 64
// characters (IAM).
func PreviewsRole(env, app string) string { return SecretsRole(env, Previews(app)) }

// Previews is the name after which the IAM role of preview environments is named: <app>-previews.
func Previews(app string) string { return app + "-previews" }

// PreviewDatabase is the name of the Kubernetes objects that make and drop the database of a preview environment, and of the ServiceAccount
// that may: <app>-preview-database.
func PreviewDatabase(app string) string { return app + "-preview-database" }

// Pooler is the name of the connection pooler's Kubernetes objects, which its secrets and its IAM role are named after:
// <app>-pooler, at most 63 characters, because a Service's name is a DNS label.
func Pooler(app string) string { return app + "-pooler" }

// PoolerReader is the name of the ServiceAccount whose IAM role reads the pooler's secret: <app>-pooler-secrets.
func PoolerReader(app string) string { return Pooler(app) + "-secrets" }

// PoolerHost is the host name of the pooler inside the cluster. It works with any cluster domain.
func PoolerHost(app, namespace string) string {
	return fmt.Sprintf("%s.%s.svc", Pooler(app), namespace)
}
