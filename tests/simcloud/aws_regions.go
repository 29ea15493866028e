package simcloud

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/rules"
)

const (
	replicationType = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
	// CopiedBackups is the kind of the automated backups that are copied to another region. Its id is their ARN; its properties are those of
	// the instance, with the key and the status of the copies: replicating, or retained when nothing more is copied.
	CopiedBackups = "aws:rds/instance:Instance automated backups copied"
	// ReplicaSecret is the kind of a secret's replica in another region. Its id is its ARN.
	ReplicaSecret = "aws:secretsmanager/secret:Secret replica"

	replicating, retained = "replicating", "retained"
)

// Lose makes a region unreachable, as long as it is lost: every call of AWS there, and of the clusters in it. "" brings it back.
func (c *Cloud) Lose(region string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost = region
}

// lostTo is the error of a call to a region that is lost, in the words of the AWS SDK for Go for an endpoint that does not answer, and of a
// Kubernetes client. IAM and EKS lookups of another region go on.
func (c *Cloud) lostTo(s session, typ string) error {
	if c.lost == "" {
		return nil
	}
	switch s := s.(type) {
	case *account:
		if s.region == c.lost {
			service, _, _ := strings.Cut(strings.TrimPrefix(typ, "aws:"), "/")
			host := fmt.Sprintf("%s.%s.amazonaws.com", service, s.region)
			return fmt.Errorf("%s: request send failed, Post %q: dial tcp: lookup %s: i/o timeout", typ, "https://"+host+"/", host)
		}
	case *cluster:
		if s.region() == c.lost {
			return errors.New("configured Kubernetes cluster is unreachable: dial tcp: i/o timeout")
		}
	}
	return nil
}

// region is where the cluster is.
func (c *cluster) region() string {
	eks, _ := findCluster(func(e eksCluster) bool { return e.name == c.name })
	return eks.region(c.cloud)
}

// region is where a cluster is: in its own, or in that of the cloud.
func (c eksCluster) region(of *Cloud) string { return cmp.Or(c.in, of.region) }

// here tells whether an object is in the region of the session, as far as its ARN says.
func (a *account) here(o *Object) bool {
	_, region, _ := rules.Place(o.Properties.Text("arn"))
	return region == "" || region == a.region
}

// createReplication starts to copy the automated backups of an instance in another region to this one. What RDS refuses: "Encrypted
// instances require a valid KMS key ID" (cloudformation-coverage-roadmap); another key than that of backups that are retained in the region
// (cloudformation-resource-providers-rds); the others, API reference: StartDBInstanceAutomatedBackupsReplication.
func createReplication(a *account, out Properties) (string, error) {
	source := out.Text("sourceDbInstanceArn")
	refused := func(format string, args ...any) (string, error) {
		return "", fmt.Errorf("starting RDS instance automated backups replication: %w", fmt.Errorf(format, args...))
	}
	_, region, _ := rules.Place(source)
	from := a.cloud.find(instanceType, func(o *Object) bool { return o.Properties.Text("arn") == source })
	key := out.Text("kmsKeyId")
	_, keyRegion, _ := rules.Place(key)
	switch {
	case from == nil || region == a.cloud.lost:
		return refused("DBInstanceNotFound: DBInstance %s not found", source)
	case region == a.region:
		return refused("InvalidParameterValue: The source DB instance is in this region")
	case from.Properties.Number("backupRetentionPeriod") == 0:
		return refused("InvalidDBInstanceState: Automated backups are not enabled for this database instance (%s)", source)
	case from.Properties.Flag("storageEncrypted") && key == "":
		return refused("InvalidParameterValue: Encrypted instances require a valid KMS key ID")
	case key != "" && keyRegion != a.region:
		return refused("KMSKeyNotAccessibleFault: The specified KMS key [%s] does not exist, is not enabled or you do not have permissions to access it", key)
	}
	arn := a.arn("rds", "auto-backup:ab-"+digest(36, from.ID, a.region))
	if copied := a.cloud.get(CopiedBackups, arn); copied != nil {
		switch {
		case copied.Properties.Text("status") == replicating:
			return refused("InvalidDBInstanceState: %s is replicating to the current region already", source)
		case copied.Properties.Text("kmsKeyId") != key:
			return refused("InvalidParameterCombination: the retained automated backups of %s have another KMS key, %s", source, copied.Properties.Text("kmsKeyId"))
		}
	}
	copied := from.Properties.clone()
	copied["kmsKeyId"], copied["status"] = key, replicating
	a.cloud.put(&Object{Kind: CopiedBackups, ID: arn, Properties: copied})
	return arn, nil
}

// removeReplication stops to copy. "Replicated backups are retained, subject to the backup retention period set when they were created"
// (Amazon RDS User Guide: Stopping automated backup replication).
func removeReplication(a *account, arn string, _ Properties) error {
	if copied := a.cloud.get(CopiedBackups, arn); copied != nil {
		copied.Properties["status"] = retained
	}
	return nil
}

// copyOn lets the copies of an instance's backups follow it, with the status that they have then: replicating, or retained without it.
func (c *Cloud) copyOn(instance Properties, status string) {
	for _, copied := range c.all(CopiedBackups, func(o *Object) bool { return o.Properties.Text("resourceId") == instance.Text("resourceId") }) {
		if copied.Properties.Text("status") != replicating {
			continue
		}
		now := instance.clone()
		now["kmsKeyId"], now["status"] = copied.Properties["kmsKeyId"], status
		copied.Properties = now
	}
}

// replicate makes and removes the replicas of a secret in other regions, and says how they are. It overwrites none that is there (API
// reference: ReplicateSecretToRegions).
func (a *account) replicate(old, out Properties) {
	wanted := map[string]bool{}
	var all []any
	for _, r := range out.List("replicas") {
		region := r.Text("region")
		wanted[region] = true
		replica := Properties{"region": region, "kmsKeyId": cmp.Or(r.Text("kmsKeyId"), "alias/aws/secretsmanager"), "status": "InSync", "statusMessage": "", "lastAccessedDate": ""}
		arn := replicaARN(out.Text("arn"), region)
		taken := a.cloud.find(secretType, func(o *Object) bool {
			_, in, _ := rules.Place(o.ID)
			return o.Properties.Text("name") == out.Text("name") && in == region
		})
		if taken != nil {
			replica["status"] = "Failed"
			replica["statusMessage"] = fmt.Sprintf("Replication failed: Secret name %s already exists in region %s", out.Text("name"), region)
		} else {
			a.cloud.put(&Object{Kind: ReplicaSecret, ID: arn, Properties: Properties{"name": out.Text("name"), "kmsKeyId": replica["kmsKeyId"]}})
		}
		all = append(all, map[string]any(replica))
	}
	for _, r := range old.List("replicas") {
		if region := r.Text("region"); !wanted[region] {
			if o := a.cloud.get(ReplicaSecret, replicaARN(out.Text("arn"), region)); o != nil {
				a.cloud.drop(o)
			}
		}
	}
	if all != nil {
		out["replicas"] = all
	}
}

// replicaARN is that of the secret, except for the region.
func replicaARN(arn, region string) string {
	parts := strings.SplitN(arn, ":", 6)
	parts[3] = region
	return strings.Join(parts, ":")
}
