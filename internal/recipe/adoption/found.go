package adoption

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/awscli"
)

// Found is what exists of an environment.
type Found struct {
	Instance     Instance
	CustomerKey  bool              // whether a key of the customer encrypts the storage, and not aws/rds
	Parameters   map[string]string // of the parameter group, where they are not RDS's defaults
	IngressCidrs []string          // that the security groups let in at the database's port
	SourceGroups []string          // security groups that they let in there
	OtherSources []string          // what they let in besides, such as a prefix list
	Secret       Secret            // of the credentials; empty: there is none
	LogRetention int               // days that CloudWatch keeps the log of PostgreSQL; 0: for ever, or there is no log
	Password     string            // of the master user
	Stack        *TemplateStack    // the CloudFormation stack that made the instance; nil: none did
}

// Instance is an instance as RDS describes it.
type Instance struct {
	DBInstanceIdentifier, DBInstanceStatus, DbiResourceID          string
	DBInstanceClass, Engine, EngineVersion, MasterUsername, DBName string
	StorageType, KmsKeyID                                          string
	AllocatedStorage, MaxAllocatedStorage, Iops, StorageThroughput int
	StorageEncrypted, MultiAZ, DeletionProtection                  bool
	AutoMinorVersionUpgrade, IAMDatabaseAuthenticationEnabled      bool
	BackupRetentionPeriod, MonitoringInterval                      int
	PreferredBackupWindow, PreferredMaintenanceWindow              string
	PerformanceInsightsEnabled                                     bool
	PerformanceInsightsRetentionPeriod                             int
	DatabaseInsightsMode                                           string
	Endpoint                                                       struct{ Port int }
	DBSubnetGroup                                                  struct {
		DBSubnetGroupName, VpcID string
		Subnets                  []struct{ SubnetIdentifier string }
	}
	VpcSecurityGroups                []struct{ VpcSecurityGroupID string }
	DBParameterGroups                []struct{ DBParameterGroupName string }
	OptionGroupMemberships           []struct{ OptionGroupName string }
	ReadReplicaDBInstanceIdentifiers []string
	MasterUserSecret                 *struct{ SecretArn string }
}

// Secret is a secret in Secrets Manager.
type Secret struct {
	ARN      string
	KmsKeyID string // "": the key aws/secretsmanager
}

// TemplateStack is a CloudFormation stack.
type TemplateStack struct {
	Name     string
	Deleting []string // logical ids of the resources that it deletes when it is removed
}

// look asks AWS what exists of an environment.
func look(aws *awscli.CLI, target pipeline.Target) (*Found, error) {
	f := &Found{Parameters: map[string]string{}}
	identifier := naming.Instance(target.Environment)
	read := reading(aws)
	if !read(&f.Instance, "rds", "describe-db-instances", "--db-instance-identifier", identifier, "--query", "DBInstances[0]") {
		return nil, cmp.Or(aws.Err, fmt.Errorf("there is no instance %s in %s; the name of an instance follows from mosaic-database:environment, "+
			"and one with another name can be renamed, which changes its endpoint: aws rds modify-db-instance --db-instance-identifier <it> "+
			"--new-db-instance-identifier %s --apply-immediately", identifier, target.Region, identifier))
	}
	f.key(read)
	f.parameters(read)
	f.sources(read)
	f.secrets(read, target)
	logs := naming.LogGroup(identifier, "postgresql")
	read(&f.LogRetention, "logs", "describe-log-groups", "--log-group-name-prefix", logs, "--query",
		fmt.Sprintf("logGroups[?logGroupName=='%s'].retentionInDays | [0]", logs))
	f.stack(read)
	return f, aws.Err
}

// passwordName is the Pulumi name of the master user's password.
func (f *Found) passwordName() string { return f.Instance.DBInstanceIdentifier + "-password" }

// reader makes a call of the AWS CLI and decodes its answer. It returns false if there is none.
type reader func(into any, args ...string) bool

func reading(aws *awscli.CLI) reader {
	return func(into any, args ...string) bool {
		missing, text := aws.Missing(append(args, "--output", "json")...)
		if missing || aws.Err != nil || text == "" || text == "null" {
			return false
		}
		aws.Read(text, into)
		return aws.Err == nil
	}
}

func (f *Found) key(read reader) {
	var manager string
	if f.Instance.KmsKeyID != "" {
		read(&manager, "kms", "describe-key", "--key-id", f.Instance.KmsKeyID, "--query", "KeyMetadata.KeyManager")
	}
	f.CustomerKey = manager == "CUSTOMER"
}

func (f *Found) parameters(read reader) {
	for _, group := range f.Instance.DBParameterGroups {
		var own []struct{ ParameterName, ParameterValue string }
		read(&own, "rds", "describe-db-parameters", "--db-parameter-group-name", group.DBParameterGroupName, "--source", "user",
			"--query", "Parameters[].{ParameterName: ParameterName, ParameterValue: ParameterValue}")
		for _, p := range own {
			f.Parameters[p.ParameterName] = p.ParameterValue
		}
	}
}

// sources reads who may connect.
func (f *Found) sources(read reader) {
	args := []string{"ec2", "describe-security-groups", "--query", "SecurityGroups[].IpPermissions[]", "--group-ids"}
	for _, group := range f.Instance.VpcSecurityGroups {
		args = append(args, group.VpcSecurityGroupID)
	}
	var rules []struct {
		IPProtocol       string
		FromPort, ToPort int
		IPRanges         []struct{ CidrIP string }
		Ipv6Ranges       []struct{ CidrIpv6 string }
		UserIDGroupPairs []struct{ GroupID, VpcPeeringConnectionID string }
		PrefixListIDs    []struct{ PrefixListID string }
	}
	read(&rules, args...)
	port := f.Instance.Endpoint.Port
	for _, rule := range rules {
		if rule.IPProtocol != "-1" && (rule.FromPort > port || rule.ToPort < port) {
			continue
		}
		for _, r := range rule.IPRanges {
			f.IngressCidrs = append(f.IngressCidrs, r.CidrIP)
		}
		for _, r := range rule.Ipv6Ranges {
			f.IngressCidrs = append(f.IngressCidrs, r.CidrIpv6)
		}
		for _, g := range rule.UserIDGroupPairs {
			if g.VpcPeeringConnectionID != "" {
				f.OtherSources = append(f.OtherSources, g.GroupID+" of another VPC")
				continue
			}
			f.SourceGroups = append(f.SourceGroups, g.GroupID)
		}
		for _, p := range rule.PrefixListIDs {
			f.OtherSources = append(f.OtherSources, p.PrefixListID)
		}
	}
	for _, sources := range []*[]string{&f.IngressCidrs, &f.SourceGroups} {
		slices.Sort(*sources)
		*sources = slices.Compact(*sources)
	}
}

func (f *Found) secrets(read reader, target pipeline.Target) {
	var content string
	if !read(&f.Secret, "secretsmanager", "describe-secret", "--secret-id", naming.CredentialsSecret(target.Environment), "--query", "{ARN: ARN, KmsKeyId: KmsKeyId}") ||
		!read(&content, "secretsmanager", "get-secret-value", "--secret-id", f.Secret.ARN, "--query", "SecretString") {
		return
	}
	var fields struct {
		Password string `json:"password"`
	}
	if json.Unmarshal([]byte(content), &fields) == nil {
		f.Password = fields.Password
	}
}

// stack finds the CloudFormation stack of the instance, and what the stack would delete.
func (f *Found) stack(read reader) {
	var name string
	if !read(&name, "cloudformation", "describe-stack-resources", "--physical-resource-id", f.Instance.DBInstanceIdentifier,
		"--query", "StackResources[0].StackName") || name == "" {
		return
	}
	f.Stack = &TemplateStack{Name: name}
	var template struct {
		Resources map[string]struct{ Type, DeletionPolicy string }
	}
	read(&template, "cloudformation", "get-template", "--stack-name", name, "--template-stage", "Processed", "--query", "TemplateBody")
	for id, resource := range template.Resources {
		if resource.DeletionPolicy != "Retain" && !strings.HasPrefix(resource.Type, "AWS::CDK::") {
			f.Stack.Deleting = append(f.Stack.Deleting, id+" ("+resource.Type+")")
		}
	}
	slices.Sort(f.Stack.Deleting)
}
