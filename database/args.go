// Package database provisions an RDS PostgreSQL instance with what belongs to it: subnet group, security
// group, parameter group, log groups, read replicas, credentials in Secrets Manager and alarms.
//
// It reads no configuration and imports no other package of the program; New takes plain Go values.
package database

import (
	"errors"
	"fmt"

	"github.com/mosaic-stories/mosaic-database/internal/health"
)

// Args describes the instance. Plain values, because they are checked before the first resource is
// registered; nothing here is made by another resource.
type Args struct {
	// Name of the database, such as "mosaic-prod-db"; what all its instances share is named after it.
	Name string
	// Identifier of the instance that serves; its replicas, log groups and alarms are named after it.
	Identifier string
	// Kept are the instances beside it, which nothing points to.
	Kept []Kept
	// Partition of the AWS region: aws, aws-cn or aws-us-gov.
	Partition string
	Region    string
	AccountID string // twelve digits
	// BoundaryArn is the policy that bounds the role of enhanced monitoring; "": none.
	BoundaryArn string

	Network     Network
	Engine      Engine
	Storage     Storage
	Backups     Backups
	Replicas    Replicas
	Insights    Insights
	Credentials Credentials
	Alarms      Alarms
	Budget      Budget

	// InstanceClass is an RDS class such as "db.t3.micro".
	InstanceClass string
	// MultiAz keeps a standby in a second availability zone.
	MultiAz bool
	// AvailabilityZone of a single-AZ instance; "" leaves the choice to RDS. Not with MultiAz.
	AvailabilityZone string
	// DeletionProtection is RDS's deletion protection of the instance, and Pulumi's protect of it and its
	// secrets. Replicas have neither: their data is the primary's.
	DeletionProtection bool
	// ApplyImmediately applies changes at once; false waits for the maintenance window where RDS can.
	ApplyImmediately bool
	// Restore is what the instance is first made from; the zero value makes an empty database.
	Restore Restore
	// Exists says that the instance is there already, whatever it was made from: Restore is not looked at.
	Exists bool
}

// Kept is an instance that does not serve, as a restore leaves it, or as going back does. It stays as it is.
type Kept struct {
	Identifier string
	Restore    Restore // what it is first made from, where it is new
	// Unprotected takes RDS's deletion protection and Pulumi's protect off it.
	Unprotected bool
}

// Network is where the instance is placed and who may connect to it.
type Network struct {
	VpcID        string
	SubnetIDs    []string // at least two, in two availability zones
	IngressCidrs []string // IPv4 or IPv6 CIDRs
}

// Engine is the PostgreSQL engine and its settings.
type Engine struct {
	Version                   string // "16" follows minor versions, "16.11" pins one
	AllowMajorVersionUpgrade  bool
	AutoMinorVersionUpgrade   bool
	MaintenanceWindow         string // ddd:hh:mm-ddd:hh:mm, UTC
	CaCertIdentifier          string // of the server's certificate; "": RDS's own choice, also later
	IamDatabaseAuthentication bool
	Port                      int
	DatabaseName              string
	Parameters                map[string]string // over DefaultParameters
}

// Storage is the volume of the instance. Sizes are GiB.
type Storage struct {
	Type         string // gp3, io1 or io2
	Allocated    int
	MaxAllocated int    // ceiling of storage autoscaling
	Iops         int    // 0: the type's baseline
	Throughput   int    // MiB/s; 0: the type's baseline
	KmsKeyID     string // ARN of a customer key; "": aws/rds. Storage is always encrypted.
}

// provisioned is the performance to ask for, 0 where it may not be said. From 400 GiB on, gp3 has to be told even
// what it includes: a volume that grows beyond would keep the 3,000 IOPS of a small one, which RDS refuses.
func (s Storage) provisioned() (iops, throughput int) {
	const threshold, includedIops, includedThroughput = 400, 12000, 500
	if s.Type == "gp3" && s.Allocated >= threshold {
		return max(s.Iops, includedIops), max(s.Throughput, includedThroughput)
	}
	return s.Iops, s.Throughput
}

// Backups is what protects the data, and what stays when the instance is deleted.
type Backups struct {
	RetentionDays          int    // 0–35; 0 switches automated backups off
	Window                 string // hh:mm-hh:mm, UTC
	SkipFinalSnapshot      bool
	DeleteAutomatedBackups bool
}

// Replicas are the read replicas, all alike.
type Replicas struct {
	Count         int // 0–15
	InstanceClass string
	MaxAllocated  int // GiB; a replica does not inherit the source's ceiling
}

// Insights is the observability of the instance.
type Insights struct {
	RetentionDays      int    // Performance Insights: 0 (off), 7, n×31 or 731
	Mode               string // Database Insights: standard or advanced
	MonitoringInterval int    // enhanced monitoring, seconds; 0: off
	LogRetentionDays   int    // CloudWatch log groups
}

// Credentials are the master user's, and the two secrets that carry them.
type Credentials struct {
	Username        string
	PasswordVersion int // another number makes another password, unless the clients have logins of their own
	// Logins says that they have: [NewConnections] fills the connection secret, and the password stays as it is but for
	// another MasterPasswordVersion, from 1.
	Logins                bool
	MasterPasswordVersion int
	CredentialsSecret     string // name of the secret with user name and password
	ConnectionSecret      string // name of the secret with all that a client needs
	RecoveryWindowDays    int    // 0 or 7–30, days in which a deleted secret can be restored
	KmsKeyID              string // ARN of a customer key; "": aws/secretsmanager
	// CaBundlePath is the file, where the clients run, with the certificates that the server's is checked against;
	// the URLs name it. "": they ask for encryption alone.
	CaBundlePath string
	// Pooled says that clients connect by way of a pooler: [Instance.Connect] fills the connection secret.
	Pooled bool
}

// Alarms notify by e-mail; without addresses none are made, and no topic.
type Alarms struct {
	Topic     string   // name of the SNS topic; the dashboard's is the database's
	KmsKeyID  string   // ARN of a customer key for the topic; "": one is made, because CloudWatch cannot use aws/sns
	Emails    []string // who is told
	Limits    health.Limits
	Dashboard bool              // also without addresses
	Watched   []health.Instance // the instance and its replicas, in their order
}

// Restore names one backup, or none.
type Restore struct {
	SnapshotIdentifier       string
	SourceInstanceIdentifier string // whose automated backups, for a point in time
	SourceDbiResourceID      string // the same of an instance that was deleted
	PointInTime              string // RFC 3339; "" with a source: the latest restorable time
}

// check refuses what would only fail halfway through, or not at all, in the cloud.
func (a *Args) check() error {
	var problems []error
	refuse := func(bad bool, format string, values ...any) {
		if bad {
			problems = append(problems, fmt.Errorf("database: "+format, values...))
		}
	}
	refuse(a.Name == "", "Name is empty")
	refuse(a.Identifier == "", "Identifier is empty")
	refuse(a.InstanceClass == "", "InstanceClass is empty")
	refuse(a.Network.VpcID == "", "Network.VpcID is empty")
	refuse(len(a.Network.SubnetIDs) < 2, "Network.SubnetIDs has %d entries; RDS needs two, in two availability zones", len(a.Network.SubnetIDs))
	refuse(len(a.Network.IngressCidrs) == 0, "Network.IngressCidrs is empty; nothing could connect")
	refuse(a.MultiAz && a.AvailabilityZone != "", "AvailabilityZone %q with MultiAz; a failover would look like a change", a.AvailabilityZone)
	refuse(a.Replicas.Count > 0 && a.Backups.RetentionDays == 0, "%d replicas without automated backups; RDS replicates only with Backups.RetentionDays above 0", a.Replicas.Count)
	refuse(a.Restore.SnapshotIdentifier != "" && a.Restore.SourceInstanceIdentifier != "", "Restore names a snapshot and a source instance; only one can be restored")
	refuse(a.Credentials.CredentialsSecret == "" || a.Credentials.ConnectionSecret == "", "Credentials needs the names of both secrets")
	watched := len(a.Alarms.Watched)
	refuse(len(a.Alarms.Emails) > 0 && watched != 1+a.Replicas.Count, "Alarms.Watched has %d entries for an instance and %d replicas", watched, a.Replicas.Count)
	return errors.Join(problems...)
}
