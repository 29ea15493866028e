// Package config is the typed configuration of a stack: what the stack files say, over what the cost
// tier says, decoded strictly and checked as a whole before anything is registered.
//
// It imports no Pulumi package, so that its tests and the documentation made from it build in seconds.
package config

// Namespace is the namespace of the program's own configuration keys, "mosaic-database:tier" and so on.
const Namespace = "mosaic-database"

// Config is the checked configuration of one stack. Every field has its final value: defaults, the
// tier and the overrides are already applied.
type Config struct {
	Stack       string // name of the stack, such as "prod"
	Environment string // part of every physical name; default: the stack's name
	Tier        string // name of the cost tier, see Tiers
	Region      string // aws:region
	AccountID   string // the one entry of aws:allowedAccountIds, twelve digits

	Cluster  Cluster
	Network  Network
	Database Database
	App      App
	// AdditionalApps are more applications that use the database, sorted by name.
	AdditionalApps []*AdditionalApp

	Migrations Migrations
	TLS        TLS
	Pooling    Pooling
	Delivery   Delivery
	Alerts     Alerts
	Budget     Budget
	Restore    Restore
	Waivers    map[string]string // by id of a security control: why the stack does without it
	// PermissionsBoundary is the name of the IAM policy that bounds every role of the stack; "": none.
	PermissionsBoundary string
	Tags                map[string]string // on every AWS resource, beside the program's own
}

// Cluster is the EKS cluster that the application runs on.
type Cluster struct {
	Name       string // name of the EKS cluster; VPC, OIDC issuer and endpoint are looked up by it
	Kubeconfig string // path or content of a kubeconfig; "": made from the cluster's own data
	Context    string // context in Kubeconfig; "": its current one
	OIDCIssuer string // URL of the OIDC issuer; "": the cluster's
}

// Network is where the database is placed and who may reach it.
type Network struct {
	VpcID        string   // "": the cluster's VPC
	SubnetIDs    []string // at least two; empty: the private subnets of the VPC
	IngressCidrs []string // who may connect; empty: the VPC's CIDR
}

// Database is the RDS instance, its replicas and its credentials.
type Database struct {
	Name                             string            // of the database
	Username                         string            // of the master user
	Port                             int               // 1150–65535
	EngineVersion                    string            // major ("16") or major and minor ("16.11")
	AllowMajorVersionUpgrade         bool              // lets a change of the major version through
	AutoMinorVersionUpgrade          bool              // takes minor versions in the maintenance window
	ApplyImmediately                 bool              // makes changes at once instead of in the maintenance window
	InstanceClass                    string            // one of Classes
	MultiAz                          bool              // keeps a standby in a second availability zone
	AvailabilityZone                 string            // "": chosen by RDS
	AllocatedStorage                 int               // GiB
	MaxAllocatedStorage              int               // GiB, ceiling of storage autoscaling
	StorageType                      string            // gp3, io1 or io2
	Iops                             int               // 0: the storage type's baseline
	StorageThroughput                int               // MiB/s, 0: the storage type's baseline
	KmsKeyID                         string            // ARN of a customer key for storage; "": aws/rds
	ReadReplicas                     int               // 0–15
	ReplicaInstanceClass             string            // default: InstanceClass
	ReplicaMaxAllocatedStorage       int               // GiB, default: MaxAllocatedStorage
	BackupRetentionDays              int               // 0–35
	BackupWindow                     string            // hh:mm-hh:mm, UTC
	MaintenanceWindow                string            // ddd:hh:mm-ddd:hh:mm, UTC
	DeletionProtection               bool              // RDS deletion protection and Pulumi's protect, together
	SkipFinalSnapshot                bool              // deletes the instance without a last snapshot
	DeleteAutomatedBackups           bool              // deletes the automated backups with the instance
	IamDatabaseAuthentication        bool              // lets database users log in with IAM tokens
	CaCertIdentifier                 string            // of the server's certificate; "": RDS's own choice
	PerformanceInsightsRetentionDays int               // 0: off; 7, n×31 (1–23) or 731
	DatabaseInsightsMode             string            // standard or advanced
	MonitoringInterval               int               // seconds; 0: no enhanced monitoring
	LogRetentionDays                 int               // a retention that CloudWatch Logs accepts
	Parameters                       map[string]string // the stack's own, over the program's
	Credentials                      Credentials       // whose logins the clients have
	PasswordVersion                  int               // another number makes another password
	MasterPasswordVersion            int               // the same for the master user's alone, with alternating credentials; 0: it stays
	BootstrapImage                   string            // with psql 15 or later
	ReadOnlyLogin                    bool              // makes a login that only reads
	IamPrincipals                    []string          // ARNs of IAM roles and users that may log in with a token
	SecretRecoveryDays               int               // 0 or 7–30
	SecretKmsKeyID                   string            // ARN of a customer key for the secrets; "": aws/secretsmanager
}

// Credentials says whose logins the clients have.
type Credentials string

const (
	CredentialsMaster      Credentials = "master"      // the master user's
	CredentialsAlternating Credentials = "alternating" // one of two with few privileges, which take turns at each rotation
)

// App is the application that uses the database.
type App struct {
	Name            string // core-api
	Namespace       string // default: mosaic-<environment>
	CreateNamespace bool   // false: it has to be there
	ServiceAccount  string // default: Name
	SecretName      string // the Kubernetes Secret that is made; default: <Name>-db-secret
	ReloadOnChange  bool   // restarts pods when the Secret changes, by helmValues
}

// Migrations is the Job that brings the schema to the application's revision.
type Migrations struct {
	Enabled         bool     // false: the program makes no Job
	Image           string   // with a tag other than latest, or a digest
	Command         []string // at least one word
	Attempt         int      // another number runs the same image once more
	DeadlineSeconds int      // 30–86400, for all tries together
	BackoffLimit    int      // 0–10 tries after the first
	CPU             string   // request, a Kubernetes quantity
	Memory          string   // request and limit, a Kubernetes quantity
	// LockTimeoutSeconds is how long a statement waits for a lock; 0: without end.
	LockTimeoutSeconds int
	// StatementTimeoutSeconds is how long a statement may run; default: DeadlineSeconds.
	StatementTimeoutSeconds int
}

// TLS is how clients check whom they talk to. With neither field, they encrypt without a check (sslmode=require);
// with one of them, certificate and host name have to be right (sslmode=verify-full).
type TLS struct {
	CaBundlePath      string // of the RDS certificate bundle in the application's containers
	CaBundleConfigMap string // ConfigMap that holds it, under the last part of CaBundlePath; "": the image has it
}

// Delivery says who owns the Kubernetes objects.
type Delivery string

const (
	DeliveryPulumi   Delivery = "pulumi"   // this program makes them
	DeliveryHandover Delivery = "handover" // both, while they change hands: this program takes what exists, and leaves what it forgets
	DeliveryGitOps   Delivery = "gitops"   // the GitOps repository makes them, from the output helmValues
)

// InCluster tells whether this program makes objects in the cluster.
func (d Delivery) InCluster() bool { return d != DeliveryGitOps }

// Alerts is who hears of trouble, and when.
type Alerts struct {
	Emails             []string // empty: no alarms are made
	KmsKeyID           string   // ARN of a customer key for the topic; "": one is made
	CPUPercent         int      // alarm above it, over two periods of five minutes
	FreeStoragePercent int      // alarm below this share of the allocated storage
	FreeMemoryPercent  int      // alarm below this share of the class's memory
	ConnectionsPercent int      // alarm above this share of the class's connections
	ReplicaLagSeconds  int      // alarm above it
	DiskQueueDepth     int      // alarm above it, requests that wait for the disk
	Dashboard          bool     // one page of metrics in CloudWatch
}

// Budget is the limit of the estimated monthly cost, and what the estimate cannot know.
type Budget struct {
	MonthlyUSD        float64 // 0: no limit
	OnExceed          string  // warn or fail
	ExpectedLogGiB    int     // that the instances write a month
	ExpectedBackupGiB int     // of all backups together; default: the allocated storage, which is free
}

// Restore is the generations of the instance: which of them there are, which one serves, and what the newest is
// first made from, at most one of the three.
type Restore struct {
	Generation               int      // of the newest instance; the first is 1
	Serving                  int      // the generation that the clients use; default: Generation
	Unprotected              []string // instances that do not serve and may be deleted in a later run
	Released                 []string // instances that were unprotected before, and are deleted
	SnapshotIdentifier       string   // identifier or ARN of a snapshot
	PointInTime              string   // RFC 3339, UTC
	UseLatestRestorableTime  bool     // the last moment that the backups hold
	SourceInstanceIdentifier string   // whose backups, for a point in time
	SourceDbiResourceID      string   // the same of an instance that was deleted: its resource id
}
