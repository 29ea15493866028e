package adoption

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// obstacles collects what the program cannot take over, each with what to do about it.
type obstacles []string

func (o *obstacles) stop(wrong bool, format string, args ...any) {
	if wrong {
		*o = append(*o, fmt.Sprintf(format, args...))
	}
}

// Obstacles are what the program cannot take over, each with what to do about it.
func (f *Found) Obstacles() []string {
	var all obstacles
	f.unfit(&all)
	f.withoutPassword(&all)
	for _, group := range f.Instance.OptionGroupMemberships {
		all.stop(!strings.HasPrefix(group.OptionGroupName, "default:"), "the option group is %s: move the instance to the default one of its version", group.OptionGroupName)
	}
	all.stop(!f.ForcesTLS, "clients may connect without TLS, and this program does not let them: set rds.force_ssl to 1 in the parameter group, "+
		"and see that all of them still connect (docs/clients.md)")
	all.stop(len(f.OtherSources) > 0, "its security groups let in %s, and this program lets in CIDR blocks and security groups of the VPC alone: "+
		"give the rules for these, and remove the others", strings.Join(f.OtherSources, ", "))
	all.stop(len(f.IngressCidrs)+len(f.SourceGroups)+len(f.OtherSources) == 0, "its security groups let in nobody at the port %d, and this program would let in "+
		"the whole VPC: give them a rule for each client", f.Instance.Endpoint.Port)
	for _, replica := range f.Replicas {
		id := replica.DBInstanceIdentifier
		all.stop(replica.DBInstanceStatus != available, "the read replica %s is %s: wait until it is available", id, replica.DBInstanceStatus)
		all.stop(replica.DBInstanceClass != f.Replicas[0].DBInstanceClass, "the read replicas have the classes %s and %s, and this program gives all of them one: "+
			"aws rds modify-db-instance --db-instance-identifier %s --db-instance-class …", f.Replicas[0].DBInstanceClass, replica.DBInstanceClass, id)
	}
	all.stop(f.Configured.Credentials == config.CredentialsAlternating, "database.credentials is alternating: the first up would give all its logins other passwords at once, "+
		"and lock the clients out; adopt with master, and switch afterwards")
	if f.Stack != nil {
		all.stop(len(f.Stack.Deleting) > 0, "the CloudFormation stack %s would delete when it is removed: %s; set DeletionPolicy: Retain on every resource, and deploy it",
			f.Stack.Name, strings.Join(f.Stack.Deleting, ", "))
	}
	return all
}

// available is the status of an instance that nothing is being done to.
const available = "available"

// unfit finds what no change of the instance can mend.
func (f *Found) unfit(all *obstacles) {
	i := f.Instance
	all.stop(i.Engine != "postgres", "the engine is %s, and this program runs postgres: dump and load (docs/moving-in.md)", i.Engine)
	all.stop(i.DBInstanceStatus != available, "the instance is %s: wait until it is available", i.DBInstanceStatus)
	all.stop(!i.StorageEncrypted, "the storage is not encrypted, which no change can add: copy a snapshot with --kms-key-id alias/aws/rds, "+
		"and restore that one with restore.snapshotIdentifier (docs/moving-in.md)")
	all.stop(i.DBName == "", "the instance was made without a database, and database.name cannot be added: dump and load (docs/moving-in.md)")
	all.stop(i.DBSubnetGroup.DBSubnetGroupName == "default", "the subnet group is default, which belongs to the whole VPC: RDS moves no instance between groups of a VPC; "+
		"restore a snapshot (docs/moving-in.md)")
}

// withoutPassword finds what keeps the program from having the password, and from making its secrets.
func (f *Found) withoutPassword(all *obstacles) {
	credentials := naming.CredentialsSecret(f.Environment)
	for _, name := range []string{credentials, naming.ConnectionSecret(f.Environment)} {
		all.stop(f.Secrets[name].Deleted, "the secret %s was deleted, and its name is taken until it is gone: aws secretsmanager restore-secret --secret-id %s", name, name)
	}
	hands := "write the password of the master user into a file {\"password\": \"…\"}, and: aws secretsmanager create-secret --name " + credentials + " --secret-string file://…"
	switch managed := f.Instance.MasterUserSecret; {
	case managed != nil:
		all.stop(true, "RDS manages the password of the master user, in %s: copy it (%s); then aws rds modify-db-instance --db-instance-identifier %s "+
			"--no-manage-master-user-password --master-user-password … --apply-immediately, with the same one", managed.SecretArn, hands, f.Instance.DBInstanceIdentifier)
	case f.PasswordFrom != "":
		all.stop(f.Password == "", "the secret %s has no JSON with the key password: name the one that has it, with --secret NAME", f.PasswordFrom)
	default:
		all.stop(!f.Secrets[credentials].Deleted, "no secret holds the password, and the first up would make another one: name the secret with --secret NAME, or %s", hands)
	}
}

// Left is what stays with whoever made it: the program makes its own beside it, or does without. imported are the ids of the rest.
func (f *Found) Left(imported []string) []string {
	var all []string
	known := slices.Clone(imported)
	leave := func(what, id string) {
		if !slices.Contains(known, id) {
			all = append(all, what+" "+id)
		}
		known = append(known, id)
	}
	for _, group := range f.Instance.VpcSecurityGroups {
		leave("security group", group.VpcSecurityGroupID)
	}
	for _, group := range f.Instance.DBParameterGroups {
		leave("parameter group", group.DBParameterGroupName)
	}
	for _, replica := range f.Instance.ReadReplicaDBInstanceIdentifiers {
		if isElsewhere(replica) {
			leave("read replica", replica)
		}
	}
	for _, policy := range f.RolePolicies {
		leave("inline policy", policy)
	}
	if f.PasswordFrom != "" && f.PasswordFrom != f.Secrets[naming.CredentialsSecret(f.Environment)].ARN {
		leave("secret", f.PasswordFrom)
	}
	if f.Stack != nil {
		for _, resource := range f.Stack.Resources {
			if !strings.HasPrefix(resource.ResourceType, "AWS::CDK::") {
				leave(resource.ResourceType, resource.PhysicalResourceID)
			}
		}
	}
	return all
}
