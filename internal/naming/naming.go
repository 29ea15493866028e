// Package naming makes every physical name of a stack, in one place, so that two resources that have
// to agree on a name cannot disagree. Pure.
package naming

import (
	"fmt"
	"strings"
)

const (
	// Prefix begins the names of AWS resources and of the default namespace.
	Prefix = "mosaic"
	// SecretStore is the name of the SecretStore of the application that owns the schema.
	SecretStore = "aws-secrets-manager"
)

// Instance is the identifier of the database instance: mosaic-<env>-db.
func Instance(env string) string { return fmt.Sprintf("%s-%s-db", Prefix, env) }

// Generation is the identifier of the n-th instance of an environment, counted from 1: mosaic-<env>-db, then
// mosaic-<env>-db-2 and so on, each restored from a backup.
func Generation(env string, n int) string {
	if n == 1 {
		return Instance(env)
	}
	return fmt.Sprintf("%s-%d", Instance(env), n)
}

// Replica is the identifier of the n-th read replica of an instance, counted from 1.
func Replica(instance string, n int) string { return fmt.Sprintf("%s-replica-%d", instance, n) }

// CredentialsSecret is the name of the secret with user name and password: mosaic/<env>/rds/credentials.
func CredentialsSecret(env string) string { return fmt.Sprintf("%s/%s/rds/credentials", Prefix, env) }

// ConnectionSecret is the name of the secret with all that a client needs: mosaic/<env>/rds/connection.
func ConnectionSecret(env string) string { return fmt.Sprintf("%s/%s/rds/connection", Prefix, env) }

// BootstrapSecret is the name of the secret with what makes the logins: mosaic/<env>/rds/bootstrap.
func BootstrapSecret(env string) string { return fmt.Sprintf("%s/%s/rds/bootstrap", Prefix, env) }

// MigratorSecret is the name of the migrator's connection secret: mosaic/<env>/rds/migrator.
func MigratorSecret(env string) string { return fmt.Sprintf("%s/%s/rds/migrator", Prefix, env) }

// ReadOnlySecret is the name of the readers' connection secret: mosaic/<env>/rds/readonly.
func ReadOnlySecret(env string) string { return fmt.Sprintf("%s/%s/rds/readonly", Prefix, env) }

// PoolerSecret is the name of the secret with the logins that the connection pooler lets in: mosaic/<env>/rds/pooler.
func PoolerSecret(env string) string { return fmt.Sprintf("%s/%s/rds/pooler", Prefix, env) }

// SecretsRole is the name of the IAM role that the application's pods assume:
// mosaic-<env>-<app>-secrets-role, at most 64 characters (IAM).
func SecretsRole(env, app string) string {
	return fmt.Sprintf("%s-%s-%s-secrets-role", Prefix, env, app)
}

// AdminRole is the name of the IAM role that reads the secrets of bootstrap and migration:
// mosaic-<env>-<app>-database-admin-role, at most 64 characters (IAM).
func AdminRole(env, app string) string { return fmt.Sprintf("%s-%s-%s-role", Prefix, env, Admin(app)) }

// PeopleRole is the name of the IAM role with which people log in to the database: mosaic-<env>-db-people-role.
func PeopleRole(env string) string { return Instance(env) + "-people-role" }

// MonitoringRole is the name of the IAM role with which RDS delivers the enhanced monitoring of an instance.
func MonitoringRole(instance string) string { return instance + "-monitoring-role" }

// LogGroup is the name that RDS gives to the log group of an exported log, "postgresql" or "upgrade".
func LogGroup(instance, log string) string {
	return fmt.Sprintf("/aws/rds/instance/%s/%s", instance, log)
}

// FinalSnapshotPrefix begins the name of the snapshot that is taken when an instance is deleted.
func FinalSnapshotPrefix(instance string) string { return instance + "-final" }

// Access is the Pulumi name of the Kubernetes objects that bring the database to an application.
func Access(env, app string) string { return fmt.Sprintf("%s-%s-%s-access", Prefix, env, app) }

// AlertsTopic is the name of the SNS topic that the alarms notify.
func AlertsTopic(env string) string { return Instance(env) + "-alerts" }

// Namespace is the default namespace of an environment: mosaic-<env>.
func Namespace(env string) string { return fmt.Sprintf("%s-%s", Prefix, env) }

// ExternalSecret is the name of the ExternalSecret: <app>-db.
func ExternalSecret(app string) string { return app + "-db" }

// AdditionalSecretStore is the name of the SecretStore of another application, which may share the namespace:
// <app>-aws-secrets-manager.
func AdditionalSecretStore(app string) string { return app + "-" + SecretStore }

// KubernetesSecret is the default name of the Secret that pods read: <app>-db-secret.
func KubernetesSecret(app string) string { return app + "-db-secret" }

// MigrationJob is the name of the Job of one revision: <app>-migration-<revision>, at most 63
// characters (a Job's name becomes a label of its pods).
func MigrationJob(app, revision string) string { return fmt.Sprintf("%s-migration-%s", app, revision) }

// MigrationNetworkPolicy is the name of the NetworkPolicy of all migrations: <app>-migration.
func MigrationNetworkPolicy(app string) string { return app + "-migration" }

// Admin is the name of the ServiceAccount, and of the SecretStore, of bootstrap and migration: <app>-database-admin.
func Admin(app string) string { return app + "-database-admin" }

// Bootstrap is the name of the bootstrap's objects: <app>-bootstrap.
func Bootstrap(app string) string { return app + "-bootstrap" }

// Migrator is the name after which the migrator's ExternalSecret and Secret are named: <app>-migrator.
func Migrator(app string) string { return app + "-migrator" }

// Pooler is the name of the connection pooler's objects, and the one that its secrets and its role are named after:
// <app>-pooler, at most 63 characters (a Service's name is a DNS label).
func Pooler(app string) string { return app + "-pooler" }

// PoolerReader is the name of the ServiceAccount whose role reads the pooler's secret: <app>-pooler-secrets.
func PoolerReader(app string) string { return Pooler(app) + "-secrets" }

// PoolerHost is the host name of the pooler in the cluster, whatever the cluster's domain is.
func PoolerHost(app, namespace string) string {
	return fmt.Sprintf("%s.%s.svc", Pooler(app), namespace)
}

// Partition is the AWS partition of a region: aws, aws-cn or aws-us-gov.
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}
