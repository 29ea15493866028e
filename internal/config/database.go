package config

// Database is the database server, its replicas and its credentials.
type Database struct {
	Engine Engine // the tier's

	Name                      string            `key:"name" default:"mosaic" rule:"databaseName" free:"a name" unnoticed:"immutable" doc:"Name of the database."`
	Username                  string            `key:"username" default:"mosaicadmin" rule:"userName" free:"a name" unnoticed:"immutable" doc:"Name of the master user."`
	Port                      int               `key:"port" default:"5432" rule:"1150..65535" free:"a setting without a price" doc:"Port that the database listens on."`
	InstanceIdentifier        string            `key:"instanceIdentifier" unset:"mosaic-<environment>-db" rule:"instance" free:"a name" unnoticed:"immutable" doc:"Identifier of the first instance, if another tool made it (docs/how-to/adoption.md)."`
	EngineVersion             string            `key:"engineVersion" default:"16" rule:"engineVersion" free:"a setting without a price" doc:"Version of PostgreSQL."`
	AllowMajorVersionUpgrade  bool              `key:"allowMajorVersionUpgrade" free:"who may do something" unnoticed:"permits a change" doc:"Lets a change of the major version through."`
	AutoMinorVersionUpgrade   bool              `key:"autoMinorVersionUpgrade" default:"true" free:"when AWS does something" unnoticed:"applied at once" doc:"Takes minor versions in the maintenance window."`
	ApplyImmediately          bool              `key:"applyImmediately" free:"when AWS does something" unnoticed:"says when" doc:"Makes changes at once; otherwise those with downtime wait for the maintenance window, and every preview shows them until then; a change of the port never waits."`
	CaCertIdentifier          string            `key:"caCertIdentifier" unset:"chosen by RDS" rule:"rds-ca-rsa2048-g1|rds-ca-rsa4096-g1|rds-ca-ecc384-g1" free:"a setting without a price" doc:"Certificate authority of the server's certificate; if it is not set, a rotation by RDS does not show as a change."`
	IamDatabaseAuthentication bool              `key:"iamDatabaseAuthentication" default:"true" free:"who may do something" doc:"Lets database users log in with IAM tokens."`
	Parameters                map[string]string `key:"parameters" rule:"parameter" free:"a setting without a price" doc:"Parameters of the database, over the program's own."`

	InstanceClass          string   `key:"instanceClass" unset:"by tier" rule:"class" doc:"Class of the instance."`
	MultiAz                bool     `key:"multiAz" unset:"by tier" doc:"Keeps a standby in a second availability zone."`
	AvailabilityZone       string   `key:"availabilityZone" unset:"chosen by RDS" rule:"zone" free:"all zones of a region cost the same" unnoticed:"immutable" doc:"Availability zone of a single instance."`
	ReadReplicas           int      `key:"readReplicas" unset:"by tier" rule:"0..15" unnoticed:"makes or deletes replicas" doc:"Number of read replicas."`
	ReadReplicaIdentifiers []string `key:"readReplicaIdentifiers" rule:"instance" all:"distinct" free:"names" unnoticed:"makes or deletes replicas" doc:"Identifiers of the first instance's first replicas, if another tool made them."`
	ReplicaInstanceClass   string   `key:"replicaInstanceClass" unset:"instanceClass" rule:"class" doc:"Class of the replicas."`

	MinCapacity           float64 `key:"minCapacity" unset:"by tier" rule:"minCapacity" doc:"With tier serverless, the least Aurora capacity units (ACU, 2 GiB of memory each) that each instance of the cluster has; with 0 it pauses when nobody is connected."`
	MaxCapacity           float64 `key:"maxCapacity" unset:"by tier" rule:"maxCapacity" doc:"With tier serverless, the most ACUs that each instance scales up to."`
	SecondsUntilAutoPause int     `key:"secondsUntilAutoPause" default:"300" rule:"300..86400" free:"the least that is billed stays 0 ACU" unnoticed:"applied at once" doc:"With minCapacity 0, the seconds without a connection after which an instance pauses."`

	AllocatedStorage           int    `key:"allocatedStorage" default:"20" rule:"20..65536" doc:"Initial storage in GiB; it grows and never shrinks."`
	MaxAllocatedStorage        int    `key:"maxAllocatedStorage" default:"100" rule:"autoscaling" free:"billed once the storage has grown" unnoticed:"applied at once" doc:"Ceiling of the storage's own growth, in GiB, at least 110 % of allocatedStorage; with 0 it does not grow by itself."`
	ReplicaMaxAllocatedStorage int    `key:"replicaMaxAllocatedStorage" default:"-1" unset:"maxAllocatedStorage" rule:"autoscaling" free:"billed once the storage has grown" unnoticed:"applied at once" doc:"Ceiling of the replicas' storage, in GiB, at least 110 % of allocatedStorage; with 0 it does not grow by itself."`
	StorageType                string `key:"storageType" unset:"by tier" rule:"gp3|io1|io2|aurora|aurora-iopt1" doc:"Type of the storage; aurora-iopt1 is Aurora I/O-Optimized, which bills no I/O and more for all else."`
	Iops                       int    `key:"iops" rule:"0..256000" doc:"Provisioned operations per second; 0 is the baseline of gp3."`
	StorageThroughput          int    `key:"storageThroughput" rule:"0..4000" doc:"Provisioned MiB per second; 0 is the baseline."`
	KmsKeyID                   string `key:"kmsKeyId" unset:"the key aws/rds" rule:"kmsKey" free:"a key that exists already" unnoticed:"immutable" doc:"KMS key that encrypts the storage."`

	BackupRetentionDays    int    `key:"backupRetentionDays" unset:"by tier" rule:"0..35" doc:"Days that automated backups are kept; 0 makes none."`
	BackupWindow           string `key:"backupWindow" default:"03:00-04:00" rule:"backupWindow" free:"when AWS does something" unnoticed:"applied at once" doc:"Time of the daily backup."`
	MaintenanceWindow      string `key:"maintenanceWindow" default:"sun:04:00-sun:05:00" rule:"maintenanceWindow" free:"when AWS does something" unnoticed:"applied at once" doc:"Time of the weekly maintenance."`
	DeletionProtection     bool   `key:"deletionProtection" default:"true" free:"who may do something" unnoticed:"applied at once" doc:"Refuses deletion, in RDS and in Pulumi."`
	SkipFinalSnapshot      bool   `key:"skipFinalSnapshot" free:"after a deletion" unnoticed:"not a setting of RDS" doc:"Deletes the instance without a last snapshot."`
	DeleteAutomatedBackups bool   `key:"deleteAutomatedBackups" free:"after a deletion" unnoticed:"applied at once" doc:"Deletes the automated backups with the instance."`

	PerformanceInsightsRetentionDays int    `key:"performanceInsightsRetentionDays" unset:"by tier" rule:"insightsDays" unnoticed:"applied at once" doc:"Days of performance history; 0 switches it off."`
	DatabaseInsightsMode             string `key:"databaseInsightsMode" default:"standard" rule:"standard|advanced" unnoticed:"applied at once" doc:"Mode of Database Insights; advanced is billed."`
	MonitoringInterval               int    `key:"monitoringInterval" rule:"0|1|5|10|15|30|60" unnoticed:"applied at once" doc:"Seconds between enhanced monitoring's readings; 0 switches it off."`
	LogRetentionDays                 int    `key:"logRetentionDays" default:"30" rule:"1|3|5|7|14|30|60|90|120|150|180|365|400|545|731|1096|1827|2192|2557|2922|3288|3653" unnoticed:"not a setting of RDS" doc:"Days that CloudWatch keeps the database's logs."`

	Audit []string `key:"audit" rule:"ddl|function|misc|misc_set|read|role|write" all:"distinct" unnoticed:"its library is a parameter" doc:"Classes of statements that pgAudit writes into the log, by the names of pgaudit.log; none: it is off (docs/how-to/monitoring.md)."`

	Credentials           Credentials `key:"credentials" default:"master" rule:"master|alternating|iam" unnoticed:"not a setting of RDS" doc:"Login of the clients: the master user's, one of two logins with few privileges, which alternate at each rotation, or with iam a login by token that has no password (docs/why/users.md)."`
	PasswordVersion       int         `key:"passwordVersion" default:"1" rule:"1.." free:"the number of secrets stays" unnoticed:"applied at once" doc:"A change makes a new password; with credentials alternating it rises by one at a time; with iam there is no password."`
	MasterPasswordVersion int         `key:"masterPasswordVersion" unset:"none: it stays" rule:"0.." free:"the number of secrets stays" unnoticed:"applied at once" doc:"A change makes a new password of the master user, with credentials alternating or iam."`
	BootstrapImage        string      `key:"bootstrapImage" default:"postgres:16.15-alpine@sha256:721873c34ceb9f8d8fc265984940dc982404c105f19ad51be9fdc5970a6080ea" rule:"image" free:"in the cluster" unnoticed:"not a setting of RDS" doc:"Image with psql 15 or later, in which the Job runs that makes the logins."`
	ReadOnlyLogin         bool        `key:"readOnlyLogin" unnoticed:"not a setting of RDS" doc:"Makes a login that only reads, with a secret of its own."`
	IamPrincipals         []string    `key:"iamPrincipals" rule:"principal" all:"distinctNames" free:"who may do something" unnoticed:"not a setting of RDS" doc:"IAM roles and users that may log in with a token instead of a password."`
	Extensions            []string    `key:"extensions" rule:"extension" all:"distinct" free:"they cost nothing" unnoticed:"not a setting of RDS" doc:"Extensions that the bootstrap makes and updates as the master user, in this order; one that is removed from the list stays in the database (docs/why/users.md)."`
	SecretRecoveryDays    int         `key:"secretRecoveryDays" default:"30" rule:"recoveryDays" free:"a deleted secret is free" unnoticed:"not a setting of RDS" doc:"Days in which a deleted secret can be restored; 0 deletes at once."`
	SecretKmsKeyID        string      `key:"secretKmsKeyId" unset:"the key aws/secretsmanager" rule:"kmsKey" free:"a key that exists already" unnoticed:"not a setting of RDS" doc:"KMS key that encrypts the secrets."`

	ManageMasterUserPassword bool `key:"manageMasterUserPassword" unnoticed:"applied at once" doc:"RDS makes, keeps and rotates the master user's password, in a secret of its own; no state, preview or plan has it (docs/why/users.md)."`
}

// Credentials is the kind of login that the clients have.
type Credentials string

// The kinds of login.
const (
	CredentialsMaster      Credentials = "master"      // the master user's
	CredentialsAlternating Credentials = "alternating" // one of two logins with few privileges, which alternate at each rotation
	CredentialsIAM         Credentials = "iam"         // one login with few privileges, by token of an IAM role
)

// Engine is what serves the database, by RDS's name.
type Engine string

// The engines.
const (
	PostgreSQL       Engine = "postgres"          // an instance of RDS for PostgreSQL
	AuroraPostgreSQL Engine = "aurora-postgresql" // a cluster of Aurora PostgreSQL, whose instances are Serverless v2
)
