// Package config is the configuration of a stack: what its file says, over what the cost tier says, decoded strictly and checked
// as a whole before anything is registered.
//
// It imports no Pulumi package, so that its tests and the documentation made from it build in seconds.
package config

// Namespace is the namespace of the program's own configuration keys, "mosaic-database:tier" and so on.
const Namespace = "mosaic-database"

// Config is the checked configuration of one stack. Every field has its final value: defaults, the tier and the overrides are
// already applied. The tags are the declaration of the key: package schema says what each of them means.
type Config struct {
	Stack     string // name of the stack, such as "prod"
	AccountID string // the one entry of AllowedAccountIDs

	Region            string   `key:"aws:region" required:"true" rule:"region" doc:"Region of everything in AWS."`
	AllowedAccountIDs []string `key:"aws:allowedAccountIds" required:"true" rule:"account" all:"oneAccount" free:"a name" doc:"Account that the stack belongs to; a run with credentials for another one stops at once."`

	Tier        string   `key:"tier" default:"mvp" rule:"tier" free:"its values are the database's" doc:"Cost tier: instance class, standby, replicas, backups and insights under one name."`
	Environment string   `key:"environment" unset:"the stack's name" rule:"environment" free:"a name" doc:"Part of every physical name, as in mosaic-<environment>-db."`
	Cluster     Cluster  `key:"cluster" free:"exists already" doc:"EKS cluster that the application runs on."`
	Network     Network  `key:"network" free:"exists already" doc:"Where the database is placed and who may connect to it."`
	Database    Database `key:"database" doc:"Database server, replicas and credentials: overrides of the tier, field by field."`
	App         App      `key:"app" free:"in the cluster" doc:"Application that uses the database."`
	// AdditionalApps are more applications that use the database, sorted by name.
	AdditionalApps []*AdditionalApp `key:"additionalApps" rule:"label" doc:"More applications that use the database, by name, each with its own role, ServiceAccount, SecretStore and Secret."`

	Pods       Pods              `key:"pods" free:"in the cluster" doc:"What the cluster asks of the pods of migration, bootstrap and pooler."`
	Migrations Migrations        `key:"migrations" free:"in the cluster" doc:"Job that brings the schema to the application's revision."`
	TLS        TLS               `key:"tls" free:"in the cluster" doc:"How clients verify the server: without a CA bundle sslmode is require, with one it is verify-full."`
	Pooling    Pooling           `key:"pooling" doc:"PgBouncer in the cluster, between the applications and the database."`
	Previews   Previews          `key:"previews" doc:"Databases of preview environments on this instance (docs/how-to/previews.md)."`
	Delivery   Delivery          `key:"delivery" default:"pulumi" rule:"pulumi|handover|gitops" free:"in the cluster" doc:"Who owns the Kubernetes objects: this program (pulumi) or the GitOps repository (gitops); handover while they go from one to the other."`
	GitOps     GitOps            `key:"gitops" free:"a file in a repository" doc:"Where the GitOps repository has the values that the chart gets."`
	Alerts     Alerts            `key:"alerts" doc:"Who the alarms notify, and their thresholds."`
	Budget     Budget            `key:"budget" doc:"Limit of the estimated monthly cost."`
	Backups    Backups           `key:"backups" doc:"Copies of the backups in another region, and AWS Backup."`
	Restore    Restore           `key:"restore" doc:"Generations of the instance: what the newest is restored from, which one is active, which may be deleted."`
	Waivers    map[string]string `key:"waivers" rule:"waiver" free:"documentation" doc:"Security controls that the stack does without, by their ids, with the reason (docs/reference/controls.md)."`

	PermissionsBoundary string            `key:"permissionsBoundary" unset:"none" rule:"optional,boundary" free:"who may do something" doc:"IAM policy that bounds every role that this program makes, by its name, with its path as in team/boundary, or by its ARN; it has to exist."`
	RolePath            string            `key:"rolePath" default:"/" rule:"rolePath" free:"a name" doc:"Path of every IAM role that this program and just bootstrap make, as in /team/; it cannot change once they are made."`
	Tags                map[string]string `key:"tags" rule:"tag" all:"tagCount" free:"a name" doc:"Tags of every AWS resource, beside the program's own."`
}

// Cluster is the EKS cluster that the application runs on.
type Cluster struct {
	Name       string `key:"name" unset:"none: required unless everything that is looked up is given" rule:"optional,cluster" doc:"Name of the EKS cluster; VPC, OIDC issuer and endpoint are looked up by it."`
	Kubeconfig string `key:"kubeconfig" unset:"made from the cluster's own data" secret:"true" doc:"Path or content of a kubeconfig, for a private endpoint or another cluster; the one value that may be encrypted (--secret)."`
	Context    string `key:"context" unset:"its current one" doc:"Context in the kubeconfig."`
	OIDCIssuer string `key:"oidcIssuer" unset:"the cluster's" rule:"issuer" doc:"URL of the cluster's OIDC issuer."`
}

// Network is where the database is placed and who may connect to it.
type Network struct {
	VpcID           string   `key:"vpcId" unset:"the cluster's VPC" rule:"vpc" doc:"VPC of the database."`
	SubnetIDs       []string `key:"subnetIds" unset:"the private subnets of the VPC" rule:"subnet" all:"twoSubnets,distinct" doc:"Private subnets of the database."`
	SubnetGroupName string   `key:"subnetGroupName" unset:"a generated one" rule:"subnetGroup" free:"a name" doc:"Name of the subnet group, if another tool made it (docs/how-to/adoption.md)."`
	IngressCidrs    []string `key:"ingressCidrs" unset:"none with security groups, otherwise the CIDR of the VPC" rule:"cidr" all:"distinct" doc:"Networks that may connect to the database."`

	IngressSecurityGroupIDs     []string `key:"ingressSecurityGroupIds" rule:"securityGroup" all:"distinct" doc:"Security groups of the VPC whose members may connect; each is one of the 60 inbound rules that a security group can have, as each CIDR block is."`
	IngressClusterSecurityGroup bool     `key:"ingressClusterSecurityGroup" doc:"Lets in the EKS cluster's own security group, which managed nodes and Fargate pods have unless they were given others."`
}

// App is the application that owns the schema.
type App struct {
	Name            string `key:"name" default:"core-api" rule:"label" doc:"Name of the application, part of the names of its role, secret and Job."`
	Namespace       string `key:"namespace" unset:"mosaic-<environment>" rule:"label,ownNamespace" doc:"Namespace of the application."`
	CreateNamespace bool   `key:"createNamespace" doc:"Makes the namespace; otherwise it has to exist."`
	ServiceAccount  string `key:"serviceAccount" unset:"the application's name" rule:"subdomain" doc:"ServiceAccount that may read the secrets."`
	SecretName      string `key:"secretName" unset:"<name>-db-secret" rule:"subdomain" doc:"Kubernetes Secret that is made, with DB_URL and the single fields."`
	ReloadOnChange  bool   `key:"reloadOnChange" default:"true" doc:"Asks the chart for the annotation with which Reloader restarts the pods when the Secret changes."`
	Access
}

// Previews are preview environments of the application, each with a database of its own, which its chart makes and drops.
type Previews struct {
	Namespaces string `key:"namespaces" unset:"none: previews have no databases of their own" rule:"optional,namespacesLike" doc:"Namespaces of the previews, by how their names begin, such as preview-*."`
}

// AdditionalApp is one more application that uses the database.
type AdditionalApp struct {
	Name               string // the name under which the file has it
	Namespace          string `key:"namespace" unset:"app.namespace" rule:"label,ownNamespace" doc:"Namespace of the application; it has to be there."`
	ServiceAccount     string `key:"serviceAccount" unset:"the application's name" rule:"subdomain" doc:"ServiceAccount that may read the secrets, with a role of its own."`
	SecretName         string `key:"secretName" unset:"<name>-db-secret" rule:"subdomain" doc:"Kubernetes Secret that is made."`
	ReloadOnChange     bool   `key:"reloadOnChange" default:"true" doc:"Asks the chart for Reloader's annotation."`
	DeletionProtection bool   `key:"deletionProtection" default:"true" doc:"Refuses to take the application out; switch it off in a run before."`
	GitOps             struct {
		Path string `key:"path" unset:"none: its values are not written" rule:"optional,valuesFile" doc:"File of its values, as gitops.path is for those of the application that owns the schema."`
		Key  string `key:"key" unset:"none: the file is this program's alone" rule:"optional,keyPath" doc:"Where a shared file takes its values, as gitops.key."`
	} `key:"gitops" doc:"Where the GitOps repository has the values that its chart gets."`
	Database OwnDatabase `key:"database" doc:"Database of the application alone, beside database.name on the same instance (docs/how-to/databases.md); none: it uses that one."`
	Access
}

// Access is how an application gets at the database: the entries of its Secret, the values of its chart, its Deployments, how the
// External Secrets Operator reads its secret, what else its role may do, and who may assume it.
type Access struct {
	SecretEntries          map[string]string `key:"secretEntries" rule:"secretEntry" doc:"Entries of the Secret beside the default ones, or in place of one, such as DATABASE_URL: url; each with the property of the connection secret that is its value (docs/how-to/clients.md)."`
	HelmValues             map[string]any    `key:"helmValues" unset:"the default shape" doc:"Shape of the values of the application's chart, with placeholders (docs/why/delivery.md)."`
	Deployments            []string          `key:"deployments" unset:"those whose pods use the Secret" rule:"subdomain" all:"distinct" doc:"Deployments of the application, which the recipes restart and scale."`
	SecretsServiceAccount  string            `key:"secretsServiceAccount" unset:"serviceAccount" rule:"subdomain" doc:"ServiceAccount for the SecretStore alone, which gets the role; the application's own, with the role that it has, is left alone."`
	ClusterSecretStore     string            `key:"clusterSecretStore" unset:"none: a SecretStore is made" rule:"optional,subdomain" doc:"ClusterSecretStore that is there and may read the connection secret, instead of a SecretStore."`
	Releasing              bool              `key:"releasing" doc:"The first of two runs that set secretsServiceAccount or clusterSecretStore in a live stack: what it replaces stays, unprotected, until the run without releasing."`
	PolicyArns             []string          `key:"policyArns" rule:"attachedPolicy" all:"distinctNames,twentyPolicies" doc:"Managed policies that the role has besides, within permissionsBoundary."`
	TrustedServiceAccounts []string          `key:"trustedServiceAccounts" rule:"trustedAccount" all:"distinct" doc:"More ServiceAccounts that may assume the role, as namespace/name; * stands for any characters, as in preview-*/core-api."`
}

// Migrations is the Job that brings the schema to the application's revision. Most fields are part of the Job alone, whose spec
// cannot change: they apply from the next revision or attempt.
type Migrations struct {
	Enabled                 bool     `key:"enabled" default:"true" doc:"Runs the migrations in each run that changes what they run."`
	Image                   string   `key:"image" unset:"none: required while migrations are enabled" rule:"optional,image" doc:"Image that holds the migrations."`
	Command                 []string `key:"command" default:"[\"alembic\",\"upgrade\",\"head\"]" rule:"commandWord" doc:"Command of the migration."`
	Attempt                 int      `key:"attempt" default:"1" rule:"1.." doc:"Another number runs the same image once more."`
	DeadlineSeconds         int      `key:"deadlineSeconds" default:"600" rule:"30..86400" doc:"Time that all tries together may take; applies from the next revision or attempt."`
	BackoffLimit            int      `key:"backoffLimit" default:"2" rule:"0..10" doc:"Tries after the first; applies from the next revision or attempt."`
	LockTimeoutSeconds      int      `key:"lockTimeoutSeconds" default:"10" rule:"0..3600" doc:"Time that a statement waits for a lock, while others queue behind it; 0 waits without end; applies from the next revision or attempt."`
	StatementTimeoutSeconds int      `key:"statementTimeoutSeconds" unset:"deadlineSeconds" rule:"1..86400" doc:"Time that a statement may run, at most deadlineSeconds; applies from the next revision or attempt."`
	CPU                     string   `key:"cpu" default:"500m" rule:"cpu" doc:"Processor time that the Job requests and may use; applies from the next revision or attempt."`
	Memory                  string   `key:"memory" default:"256Mi" rule:"memory" doc:"Memory that the Job requests and may use; applies from the next revision or attempt."`

	Env       map[string]string `key:"env" rule:"env" doc:"Environment variables of the migration, beside the program's own, which a value may name, as in $(DB_URL); applies from the next revision or attempt."`
	SecretEnv map[string]string `key:"secretEnv" rule:"secretEnv" doc:"Environment variables of the migration from Secrets of the namespace, each as <secret>/<key>; applies from the next revision or attempt."`
}

// TLS is how clients verify the server. With neither field, they encrypt without a check (sslmode=require); with one of them,
// certificate and host name have to be right (sslmode=verify-full).
type TLS struct {
	CaBundlePath      string `key:"caBundlePath" unset:"/etc/ssl/rds/ca-bundle.pem with caBundleConfigMap" rule:"filePath" doc:"File with the RDS certificate bundle in the application's containers, where PGSSLROOTCERT names it."`
	CaBundleConfigMap string `key:"caBundleConfigMap" unset:"none: the image has the file" rule:"optional,subdomain" doc:"ConfigMap of the namespace with the bundle, under the file's name; the migration mounts it."`
}

// Pooling is PgBouncer in the cluster, between the applications and the database. Ten connections for each of three pods are about
// a quarter of those of the smallest class. Renovate proposes newer images; the digest is what is in one.
type Pooling struct {
	Enabled              bool   `key:"enabled" doc:"Puts PgBouncer between the applications and the database; migrations go past it."`
	Image                string `key:"image" default:"edoburu/pgbouncer:v1.25.2-p0@sha256:7d7a27d9e90985cab5cf42256f5c13a3120baa4b055b69df37beb272b89b2340" rule:"image" free:"in the cluster" doc:"Image with PgBouncer 1.21 or later."`
	PoolSize             int    `key:"poolSize" default:"10" rule:"1..1000" free:"in the cluster" doc:"Connections to the database that each of the pods holds for each login."`
	MaxClientConnections int    `key:"maxClientConnections" default:"500" rule:"10..2000" free:"in the cluster" doc:"Clients that each of the pods serves."`
	TLSSecretName        string `key:"tlsSecretName" unset:"none: required with enabled" rule:"optional,subdomain" free:"in the cluster" doc:"Secret of the namespace with tls.crt and tls.key, such as cert-manager makes it."`
	Draining             bool   `key:"draining" free:"in the cluster" doc:"Points the URLs at the database again and keeps the pooler for pods that have not restarted: the step before enabled: false."`
}

// Routed tells whether the applications' URLs lead to the pooler.
func (p Pooling) Routed() bool { return p.Enabled && !p.Draining }

// GitOps is where the GitOps repository has the values of the application's chart.
type GitOps struct {
	Path string `key:"path" unset:"environments/<stack>/values.database.yaml" rule:"valuesFile" doc:"File of the values, which an application of the GitOps controller has to list."`
	Key  string `key:"key" unset:"none: the file is this program's alone" rule:"optional,keyPath" doc:"Key under which the values go in a file that has other content too, such as coreApi; a dot is the top of the file. The other content stays."`
}

// Alerts is who the alarms notify, and the thresholds.
type Alerts struct {
	Emails             []string `key:"emails" rule:"email" all:"distinct" doc:"Addresses that the alarms notify; without any, and without topicArn, no alarm is made."`
	TopicArn           string   `key:"topicArn" unset:"a topic that the program makes" rule:"topic" free:"exists already" doc:"Existing SNS topic that the alarms, the events of RDS and the budget notify, instead of addresses."`
	CPUPercent         int      `key:"cpuPercent" default:"80" rule:"1..99" free:"a threshold" doc:"Alarm above this use of the processor, over two periods of five minutes."`
	KmsKeyID           string   `key:"kmsKeyId" unset:"a key that the program makes" rule:"kmsKey" doc:"Customer key of the topic, which CloudWatch and RDS events may use."`
	FreeStoragePercent int      `key:"freeStoragePercent" default:"20" rule:"1..99" free:"a threshold" doc:"Alarm below this share of the allocated storage."`
	FreeMemoryPercent  int      `key:"freeMemoryPercent" default:"5" rule:"1..99" free:"a threshold" doc:"Alarm below this share of the class's memory, for 15 minutes."`
	ConnectionsPercent int      `key:"connectionsPercent" default:"80" rule:"1..99" free:"a threshold" doc:"Alarm above this share of the connections that the class allows, for ten minutes."`
	ReplicaLagSeconds  int      `key:"replicaLagSeconds" default:"600" rule:"1..86400" free:"a threshold" doc:"Alarm when a read replica is further behind, for ten minutes."`
	ACUPercent         int      `key:"acuPercent" default:"90" rule:"1..99" free:"a threshold" doc:"With tier serverless, alarm above this share of maxCapacity, for 15 minutes."`
	FreeLocalGiB       int      `key:"freeLocalStorageGiB" default:"1" rule:"1..1000" free:"a threshold" doc:"With tier serverless, alarm below this size of the local storage of an instance, for temporary files and logs, for 15 minutes."`
	DiskQueueDepth     int      `key:"diskQueueDepth" default:"64" rule:"1..10000" free:"a threshold" doc:"Alarm when more requests wait for the disk, for 15 minutes."`
	TransactionIDs     int      `key:"transactionIdsMillions" default:"1000" rule:"200..2000" free:"a threshold" doc:"Alarm above this many millions of transaction IDs that VACUUM has not frozen; PostgreSQL takes no writes from 2,144 on."`
	TransactionLogs    int      `key:"transactionLogsPercent" default:"25" rule:"1..99" free:"a threshold" doc:"Alarm when the write-ahead log takes more than this share of the allocated storage, for 15 minutes."`
	ReplicationSlots   int      `key:"replicationSlotPercent" default:"10" rule:"1..99" free:"a threshold" doc:"Alarm when a replication slot holds back, or its files take, more than this share of the allocated storage, for 15 minutes."`
	FailedLogins       int      `key:"failedLogins" default:"20" rule:"1..100000" free:"a threshold" doc:"Alarm when more logins fail in five minutes, twice in a row."`
	Dashboard          bool     `key:"dashboard" default:"true" doc:"Makes a dashboard in CloudWatch; the first three of an account are free."`
}

// Budget is the limit of the estimated monthly cost, and what the estimate cannot know.
type Budget struct {
	MonthlyUSD        float64 `key:"monthlyUsd" unset:"no limit" rule:"positive" free:"a limit" doc:"Limit of the estimated cost of a month, in US dollars."`
	OnExceed          string  `key:"onExceed" default:"warn" rule:"warn|fail" free:"a limit" doc:"What an estimate over the limit does to the run."`
	ExpectedLogGiB    int     `key:"expectedLogGiB" default:"1" rule:"0..100000" doc:"Volume of the logs that all instances write a month, for the estimate."`
	ExpectedAuditGiB  int     `key:"expectedAuditGiB" default:"1" rule:"0..100000" doc:"With database.audit, volume of the audit log that all instances write a month, for the estimate."`
	ExpectedBackupGiB int     `key:"expectedBackupGiB" unset:"the size of the storage" rule:"0..1000000" doc:"Size of all backups together, for the estimate; up to the size of the storage they are free."`

	ExpectedStorageGiB int `key:"expectedStorageGiB" default:"10" rule:"1..262144" doc:"With tier serverless, size of the data, for the estimate: Aurora bills what it holds."`
	ExpectedMillionIOs int `key:"expectedMillionIos" default:"10" rule:"0..1000000" doc:"With tier serverless and storageType aurora, millions of I/O requests a month, for the estimate."`
	ExpectedACUHours   int `key:"expectedAcuHours" unset:"the least: minCapacity all month" rule:"0..1000000" doc:"With tier serverless, ACU-hours a month of all instances together, for the estimate."`
}
