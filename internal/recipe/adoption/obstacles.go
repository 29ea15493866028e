package adoption

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// obstacle is something that the program may not be able to take over, with what to do about it.
type obstacle struct {
	is   bool // whether it is in the way
	what string
}

// Obstacles are what the program cannot take over, each with what to do about it.
func (f *Found) Obstacles() []string {
	var all []string
	for _, o := range slices.Concat(f.unfit(), f.withoutPassword(), f.surroundings(), f.replicaObstacles()) {
		if o.is {
			all = append(all, o.what)
		}
	}
	return all
}

// available is the status of an instance that nothing is being done to.
const available = "available"

// unfit is what no change of the instance can mend.
func (f *Found) unfit() []obstacle {
	i := f.Instance
	return []obstacle{
		{i.Engine == string(config.AuroraPostgreSQL), "it is an instance of an Aurora cluster, and taking one over is not supported: bring up a stack with tier serverless " +
			"from a snapshot of the cluster, or dump and load (docs/how-to/serverless.md)"},
		{i.Engine != string(config.PostgreSQL) && i.Engine != string(config.AuroraPostgreSQL), fmt.Sprintf("the engine is %s, and this program runs postgres: dump and load (docs/how-to/moving-in.md)", i.Engine)},
		{i.DBInstanceStatus != available, fmt.Sprintf("the instance is %s: wait until it is available", i.DBInstanceStatus)},
		{!i.StorageEncrypted, "the storage is not encrypted, which no change can add: copy a snapshot with --kms-key-id alias/aws/rds, " +
			"and restore that one with restore.snapshotIdentifier (docs/how-to/moving-in.md)"},
		{i.DBName == "", "the instance was made without a database, and database.name cannot be added: dump and load (docs/how-to/moving-in.md)"},
		{i.DBSubnetGroup.DBSubnetGroupName == "default", "the subnet group is default, which belongs to the whole VPC: RDS moves no instance between groups of a VPC; " +
			"restore a snapshot (docs/how-to/moving-in.md)"},
	}
}

// withoutPassword is what keeps the program from having the password, and from making its secrets.
func (f *Found) withoutPassword() []obstacle {
	var all []obstacle
	credentials := naming.CredentialsSecret(f.Environment)
	for _, name := range []string{credentials, naming.ConnectionSecret(f.Environment)} {
		all = append(all, obstacle{f.Secrets[name].Deleted,
			fmt.Sprintf("the secret %s is scheduled for deletion, and its name is taken until then; to keep it: aws secretsmanager restore-secret --secret-id %s", name, name)})
	}
	hands := "write the password of the master user into a file {\"password\": \"…\"}, and: aws secretsmanager create-secret --name " + credentials +
		" --secret-string file://…"
	switch managed := f.Instance.MasterUserSecret; {
	case managed != nil:
		return append(all, obstacle{true, fmt.Sprintf("RDS manages the password of the master user, in %s: copy it (%s); then aws rds modify-db-instance "+
			"--db-instance-identifier %s --no-manage-master-user-password --master-user-password … --apply-immediately, with the same one",
			managed.SecretArn, hands, f.Instance.DBInstanceIdentifier)})
	case f.PasswordFrom != "":
		return append(all, obstacle{f.Password == "", fmt.Sprintf("the secret %s has no JSON with the key password: name the one that has it, with --secret=NAME", f.PasswordFrom)})
	default:
		return append(all, obstacle{!f.Secrets[credentials].Deleted,
			"no secret holds the password, and the first up would make another one: name the secret with --secret=NAME, or " + hands})
	}
}

// surroundings is what the instance is connected with that the program cannot express.
func (f *Found) surroundings() []obstacle {
	all := []obstacle{
		{!f.ForcesTLS, "clients may connect without TLS, and this program does not let them: set rds.force_ssl to 1 in the parameter group, " +
			"and see that all of them still connect (docs/how-to/clients.md)"},
		{len(f.OtherSources) > 0, fmt.Sprintf("its security groups let in %s, and this program lets in CIDR blocks and security groups of the VPC alone: "+
			"give the rules for these, and remove the others", strings.Join(f.OtherSources, ", "))},
		{len(f.IngressCidrs)+len(f.SourceGroups)+len(f.OtherSources) == 0, fmt.Sprintf("its security groups let in nobody at the port %d, and this program would let in "+
			"the whole VPC: give them a rule for each client", f.Instance.Endpoint.Port)},
		{f.Configured.Credentials == config.CredentialsAlternating, "database.credentials is alternating: the first up would give all its logins other passwords at once, " +
			"and lock the clients out; adopt with master, and switch afterwards"},
		{f.Configured.Credentials == config.CredentialsIAM, "database.credentials is iam: the first up would take the password out of the pods' Secret before they make tokens; " +
			"adopt with master, and switch afterwards"},
	}
	for _, group := range f.Instance.OptionGroupMemberships {
		all = append(all, obstacle{!strings.HasPrefix(group.OptionGroupName, "default:"),
			fmt.Sprintf("the option group is %s: move the instance to the default one of its version", group.OptionGroupName)})
	}
	if f.Stack != nil {
		all = append(all, obstacle{len(f.Stack.Deleting) > 0, fmt.Sprintf("the CloudFormation stack %s would delete when it is removed: %s; "+
			"set DeletionPolicy: Retain on every resource, and deploy it", f.Stack.Name, strings.Join(f.Stack.Deleting, ", "))})
	}
	return all
}

func (f *Found) replicaObstacles() []obstacle {
	var all []obstacle
	for _, replica := range f.Replicas {
		id, first := replica.DBInstanceIdentifier, f.Replicas[0]
		all = append(all,
			obstacle{replica.DBInstanceStatus != available, fmt.Sprintf("the read replica %s is %s: wait until it is available", id, replica.DBInstanceStatus)},
			obstacle{replica.DBInstanceClass != first.DBInstanceClass, fmt.Sprintf("the read replicas have the classes %s and %s, and this program gives all of them one: "+
				"aws rds modify-db-instance --db-instance-identifier %s --db-instance-class …", first.DBInstanceClass, replica.DBInstanceClass, id)})
	}
	return all
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
