package stack

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/database"
	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/cost"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
	"github.com/mosaic-stories/mosaic-database/irsa"
)

// Output is one entry of the contract with the GitOps repository.
type Output struct {
	Name        string
	Type        string // string, number, array or object
	Description string
}

// Outputs is the contract: what the program exports, all of it, none secret.
func Outputs() []Output {
	return []Output{
		{"endpoint", "string", "host name of the database instance"},
		{"port", "number", "TCP port of the instance and its replicas"},
		{"databaseName", "string", "name of the database"},
		{"instanceIdentifier", "string", "identifier of the RDS instance"},
		{"replicaEndpoints", "array", "host names of the read replicas, in the order of their numbers"},
		{"roleArn", "string", "ARN of the IAM role that the application's service account assumes"},
		{"credentialsSecretArn", "string", "ARN of the secret with user name and password"},
		{"connectionSecretArn", "string", "ARN of the secret with host, port, database, user name, password and URLs"},
		{"connectionSecretName", "string", "name of the connection secret in Secrets Manager"},
		{"securityGroupId", "string", "ID of the database's security group"},
		{"region", "string", "AWS region of everything"},
		{"accountId", "string", "AWS account of everything"},
		{"clusterName", "string", "name of the EKS cluster; empty where the configuration names none"},
		{"applicationName", "string", "name of the application, and of its Deployment"},
		{"namespace", "string", "Kubernetes namespace of the application"},
		{"serviceAccountName", "string", "name of the application's ServiceAccount"},
		{"kubernetesSecretName", "string", "name of the Kubernetes Secret that pods read"},
		{"migrationJobName", "string", "name of the current revision's migration Job; empty where this program runs none"},
		{"estimatedMonthlyCost", "string", "estimated cost of a month, such as \"16.44 USD\"; \"at least …\" where a price is unknown"},
		{"helmValues", "object", "values of the application's Helm chart, right for the chosen delivery"},
		{settledOutput, "object", "what the database was made with and keeps; the next run refuses to change it"},
	}
}

// outputs is what the outputs are made of.
type outputs struct {
	cfg      *config.Config
	estimate cost.Estimate
	db       *database.Instance
	role     *irsa.Role
	jobName  string
	settled  pulumi.StringMapOutput
}

// export exports the outputs.
func export(ctx *pulumi.Context, o outputs) {
	cfg, db, role := o.cfg, o.db, o.role
	all := pulumi.Map{
		"endpoint":             db.Endpoint,
		"port":                 db.Port,
		"databaseName":         pulumi.String(cfg.Database.Name),
		"instanceIdentifier":   db.Identifier,
		"replicaEndpoints":     db.ReplicaEndpoints,
		"roleArn":              role.RoleArn,
		"credentialsSecretArn": db.CredentialsSecretArn,
		"connectionSecretArn":  db.ConnectionSecretArn,
		"connectionSecretName": pulumi.String(naming.ConnectionSecret(cfg.Environment)),
		"securityGroupId":      db.SecurityGroupID,
		"region":               pulumi.String(cfg.Region),
		"accountId":            pulumi.String(cfg.AccountID),
		"clusterName":          pulumi.String(cfg.Cluster.Name),
		"applicationName":      pulumi.String(cfg.App.Name),
		"namespace":            pulumi.String(cfg.App.Namespace),
		"serviceAccountName":   pulumi.String(cfg.App.ServiceAccount),
		"kubernetesSecretName": pulumi.String(cfg.App.SecretName),
		"migrationJobName":     pulumi.String(o.jobName),
		"estimatedMonthlyCost": pulumi.String(o.estimate.String()),
		"helmValues":           helmValues(cfg, role.RoleArn),
		settledOutput:          o.settled,
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		ctx.Export(name, all[name])
	}
}

// helmValues are the values of the application's chart. With delivery gitops the chart makes the
// ServiceAccount, the ExternalSecret and the migration; with delivery pulumi they exist, and the chart
// must leave them alone.
func helmValues(cfg *config.Config, roleArn pulumi.StringInput) pulumi.Map {
	gitops := cfg.Delivery == config.DeliveryGitOps
	return pulumi.Map{
		"serviceAccount": pulumi.Map{
			"create":      pulumi.Bool(gitops),
			"name":        pulumi.String(cfg.App.ServiceAccount),
			"annotations": pulumi.Map{"eks.amazonaws.com/role-arn": roleArn},
		},
		"externalSecrets": pulumi.Map{
			"enabled":            pulumi.Bool(gitops),
			"secretStore":        pulumi.String(naming.SecretStore),
			"databaseSecretName": pulumi.String(naming.ConnectionSecret(cfg.Environment)),
			"targetSecretName":   pulumi.String(cfg.App.SecretName),
			"region":             pulumi.String(cfg.Region),
		},
		"migrations": pulumi.Map{"enabled": pulumi.Bool(gitops && cfg.Migrations.Enabled)},
	}
}
