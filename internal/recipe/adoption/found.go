package adoption

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/awscli"
	"github.com/mosaic-stories/mosaic-database/internal/recipe/existing"
)

// Found is what exists of an environment.
type Found struct {
	Environment  string
	Configured   Configured
	Instance     Instance
	Replicas     []Instance        // those in the instance's region
	CustomerKey  bool              // whether a key of the customer encrypts the storage, and not aws/rds
	Parameters   map[string]string // of the parameter group, where they are not RDS's defaults
	ForcesTLS    bool              // whether RDS refuses clients without TLS
	IngressCidrs []string          // that the security groups let in at the database's port
	SourceGroups []string          // security groups that they let in there
	OtherSources []string          // what they let in besides, such as a prefix list
	Descriptions map[string]string // of the parameter group and the security groups, by their names and ids
	Secrets      map[string]Secret // those under the names of the environment
	PasswordFrom string            // the secret that holds the password
	Password     string            // of the master user; "": it is in no secret
	RolePolicies []string          // ids of the inline policies of the roles that are imported
	LogRetention int               // days that CloudWatch keeps the log of PostgreSQL; 0: for ever, or there is no log
	Stack        *TemplateStack    // the CloudFormation stack that made the instance; nil: none did
}

// Configured is what the stack file says of what the adoption writes otherwise; empty: nothing.
type Configured struct {
	Delivery    config.Delivery
	Credentials config.Credentials
}

// Secret is a secret in Secrets Manager.
type Secret struct {
	Name, ARN string
	KmsKeyID  string // "": the key aws/secretsmanager
	Deleted   bool   // somebody deleted it, and it can still be restored
}

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

// remembering asks once: each round of the rehearsal and of the import has the same questions, and nothing changes in AWS meanwhile.
func remembering(ask existing.Ask) existing.Ask {
	answers := map[string]string{}
	return func(args ...string) (string, error) {
		question := strings.Join(args, "\x00")
		if answer, known := answers[question]; known {
			return answer, nil
		}
		answer, err := ask(args...)
		if err == nil {
			answers[question] = answer
		}
		return answer, err
	}
}

// look asks AWS what exists of an environment.
func look(aws *awscli.CLI, target pipeline.Target, options Options) (*Found, error) {
	f := &Found{Environment: target.Environment, Parameters: map[string]string{}, Descriptions: map[string]string{}, Secrets: map[string]Secret{}}
	read := reading(aws)
	identifier := cmp.Or(options.Instance, target.Instance)
	if options.CloudFormationStack != "" {
		read(&identifier, "cloudformation", "describe-stack-resources", "--stack-name", options.CloudFormationStack,
			"--query", "StackResources[?ResourceType=='AWS::RDS::DBInstance'].PhysicalResourceId | [0]")
	}
	if !f.instance(read, &f.Instance, identifier) {
		return nil, cmp.Or(aws.Err, fmt.Errorf("there is no instance %s in %s; one with another name is taken over with --instance=NAME, "+
			"the one of a CloudFormation stack with --cloudformation-stack=NAME; an Aurora cluster is not taken over (docs/how-to/serverless.md)", identifier, target.Region))
	}
	for _, replica := range f.Instance.ReadReplicaDBInstanceIdentifiers {
		if found := (Instance{}); !isElsewhere(replica) && f.instance(read, &found, replica) {
			f.Replicas = append(f.Replicas, found)
		}
	}
	f.key(read)
	f.parameters(read)
	f.sources(read)
	f.stack(read)
	f.secrets(read)
	f.password(read, options.Secret)
	logs := naming.LogGroup(identifier, "postgresql")
	read(&f.LogRetention, "logs", "describe-log-groups", "--log-group-name-prefix", logs, "--query",
		fmt.Sprintf("logGroups[?logGroupName=='%s'].retentionInDays | [0]", logs))
	return f, aws.Err
}

// passwordName is the Pulumi name of the master user's password.
func (f *Found) passwordName() string { return naming.Instance(f.Environment) + "-password" }

// isElsewhere tells whether a replica is in another region: RDS names it by its ARN then.
func isElsewhere(replica string) bool { return strings.HasPrefix(replica, "arn:") }

func (f *Found) instance(read reader, into *Instance, identifier string) bool {
	return read(into, "rds", "describe-db-instances", "--db-instance-identifier", identifier, "--query", "DBInstances[0]")
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
		name := group.DBParameterGroupName
		read(&own, "rds", "describe-db-parameters", "--db-parameter-group-name", name, "--source", "user",
			"--query", "Parameters[].{ParameterName: ParameterName, ParameterValue: ParameterValue}")
		for _, p := range own {
			f.Parameters[p.ParameterName] = p.ParameterValue
		}
		var forced string
		read(&forced, "rds", "describe-db-parameters", "--db-parameter-group-name", name, "--query", "Parameters[?ParameterName=='rds.force_ssl'].ParameterValue | [0]")
		f.ForcesTLS = forced == "1"
		var description string
		read(&description, "rds", "describe-db-parameter-groups", "--db-parameter-group-name", name, "--query", "DBParameterGroups[0].Description")
		f.Descriptions[name] = description
	}
}

// secrets reads which secrets there are under the names of the environment.
func (f *Found) secrets(read reader) {
	var all []Secret
	read(&all, "secretsmanager", "list-secrets", "--include-planned-deletion", "--filters", "Key=name,Values="+naming.Prefix+"/"+f.Environment+"/",
		"--query", "SecretList[].{Name: Name, ARN: ARN, KmsKeyId: KmsKeyId, Deleted: DeletedDate != `null`}")
	for _, secret := range all {
		f.Secrets[secret.Name] = secret
	}
}

// password reads the password: from the secret that somebody names, from the one of this program's name, or from the only one of the
// CloudFormation stack.
func (f *Found) password(read reader, named string) {
	credentials := f.Secrets[naming.CredentialsSecret(f.Environment)]
	f.PasswordFrom = named
	if f.PasswordFrom == "" && !credentials.Deleted {
		f.PasswordFrom = credentials.ARN
	}
	if ofStack := f.Stack.ofType("AWS::SecretsManager::Secret"); f.PasswordFrom == "" && len(ofStack) == 1 {
		f.PasswordFrom = ofStack[0]
	}
	var content string
	if f.PasswordFrom == "" || !read(&content, "secretsmanager", "get-secret-value", "--secret-id", f.PasswordFrom, "--query", "SecretString") {
		return
	}
	var fields struct {
		Password string `json:"password"`
	}
	if json.Unmarshal([]byte(content), &fields) == nil {
		f.Password = fields.Password
	}
}
