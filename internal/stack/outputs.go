package stack

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/internal/naming"
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
		{"instanceIdentifier", "string", "identifier of the RDS instance that serves"},
		{"keptInstances", "array", "identifiers of the instances beside it, which a restore left, or going back"},
		{"replicaEndpoints", "array", "host names of the read replicas, in the order of their numbers"},
		{"roleArn", "string", "ARN of the IAM role that the application's service account assumes"},
		{"credentialsSecretArn", "string", "ARN of the secret with user name and password"},
		{"connectionSecretArn", "string", "ARN of the secret with host, port, database, user name, password and URLs"},
		{"connectionSecretName", "string", "name of the connection secret in Secrets Manager"},
		{"readOnlySecretArn", "string", "ARN of the secret with the read-only connection; empty without database.readOnlyLogin"},
		{"peopleRoleArn", "string", "ARN of the IAM role with which people log in to the database by token; empty without database.iamPrincipals"},
		{"peopleLogin", "string", "login of the database that goes with it; empty without database.iamPrincipals"},
		{"securityGroupId", "string", "ID of the database's security group"},
		{"poolerEndpoint", "string", "host and port of the connection pooler that the URLs lead to; empty without one"},
		{"region", "string", "AWS region of everything"},
		{"accountId", "string", "AWS account of everything"},
		{"clusterName", "string", "name of the EKS cluster; empty where the configuration names none"},
		{"applicationName", "string", "name of the application, and of its Deployment"},
		{"namespace", "string", "Kubernetes namespace of the application"},
		{"serviceAccountName", "string", "name of the application's ServiceAccount"},
		{"kubernetesSecretName", "string", "name of the Kubernetes Secret that pods read"},
		{"migrationJobName", "string", "name of the current revision's migration Job; empty where this program runs none"},
		{"estimatedMonthlyCost", "string", "estimated cost of a month, such as \"18.41 USD\"; \"at least …\" where a price is unknown"},
		{"helmValues", "object", "values of the application's Helm chart, right for the chosen delivery"},
		{"additionalApps", "object", "by name of the application: roleArn, namespace, serviceAccountName, kubernetesSecretName and helmValues"},
		{lastRunOutput, "object", "for the next run alone: what the database was made with and keeps, and the lines of the bill"},
	}
}

// export exports the outputs; left is for the next run.
func (d *deployment) export(clients *clients, left pulumi.Map) {
	cfg, db, main := d.cfg, d.db, clients.applications[0]
	jobName := ""
	if main.access != nil {
		jobName = main.access.MigrationJobName
	}
	additional := pulumi.Map{}
	for _, app := range clients.applications[1:] {
		additional[app.Name] = pulumi.Map{
			"roleArn":              app.role.RoleArn,
			"namespace":            pulumi.String(app.Namespace),
			"serviceAccountName":   pulumi.String(app.ServiceAccount),
			"kubernetesSecretName": pulumi.String(app.SecretName),
			"helmValues":           helmValues(cfg, app),
		}
	}
	retained := []string{}
	for _, one := range cfg.Retained() {
		retained = append(retained, one.Identifier)
	}
	readOnly, usersRole, usersLogin := pulumi.String("").ToStringOutput(), pulumi.String("").ToStringOutput(), ""
	if clients.logins != nil && cfg.Database.ReadOnlyLogin {
		readOnly = clients.logins.credentials.ReaderSecretArn
	}
	if clients.users != nil {
		usersRole, usersLogin = clients.users.RoleArn, naming.DatabaseRoles(cfg.App.Name).People
	}
	all := pulumi.Map{
		"endpoint":             db.Endpoint,
		"port":                 db.Port,
		"databaseName":         pulumi.String(cfg.Database.Name),
		"instanceIdentifier":   db.Identifier,
		"keptInstances":        pulumi.ToStringArray(retained),
		"replicaEndpoints":     db.ReplicaEndpoints,
		"roleArn":              main.role.RoleArn,
		"credentialsSecretArn": db.CredentialsSecretArn,
		"connectionSecretArn":  db.ConnectionSecretArn,
		"connectionSecretName": pulumi.String(naming.ConnectionSecret(cfg.Environment)),
		"readOnlySecretArn":    readOnly,
		"peopleRoleArn":        usersRole,
		"peopleLogin":          pulumi.String(usersLogin),
		"securityGroupId":      db.SecurityGroupID,
		"poolerEndpoint":       pulumi.String(poolerEndpoint(cfg)),
		"region":               pulumi.String(cfg.Region),
		"accountId":            pulumi.String(cfg.AccountID),
		"clusterName":          pulumi.String(cfg.Cluster.Name),
		"applicationName":      pulumi.String(main.Name),
		"namespace":            pulumi.String(main.Namespace),
		"serviceAccountName":   pulumi.String(main.ServiceAccount),
		"kubernetesSecretName": pulumi.String(main.SecretName),
		"migrationJobName":     pulumi.String(jobName),
		"estimatedMonthlyCost": pulumi.String(d.estimate.String()),
		"helmValues":           helmValues(cfg, main),
		"additionalApps":       additional,
		lastRunOutput:          left,
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		d.ctx.Export(name, all[name])
	}
}

// helmValues are the values of the application's chart. With delivery gitops, and from the handover on, the chart makes
// the ServiceAccount, the ExternalSecret and the migration; with delivery pulumi they exist, and the chart
// must leave them alone.
func helmValues(cfg *config.Config, app application) pulumi.Map {
	gitops := cfg.Delivery != config.DeliveryPulumi
	annotations := pulumi.StringMap{}
	if app.ReloadOnChange {
		annotations["secret.reloader.stakater.com/reload"] = pulumi.String(app.SecretName)
	}
	return pulumi.Map{
		"serviceAccount": pulumi.Map{
			"create":      pulumi.Bool(gitops),
			"name":        pulumi.String(app.ServiceAccount),
			"annotations": pulumi.Map{"eks.amazonaws.com/role-arn": app.role.RoleArn},
		},
		"externalSecrets": pulumi.Map{
			"enabled":            pulumi.Bool(gitops),
			"secretStore":        pulumi.String(app.SecretStore()),
			"databaseSecretName": pulumi.String(naming.ConnectionSecret(cfg.Environment)),
			"targetSecretName":   pulumi.String(app.SecretName),
			"region":             pulumi.String(cfg.Region),
		},
		"migrations": pulumi.Map{
			// In a handover this program still runs them.
			"enabled": pulumi.Bool(!cfg.Delivery.InCluster() && cfg.Migrations.Enabled && app.OwnsSchema),
			"image":   pulumi.String(cfg.Migrations.Image),
			"command": pulumi.ToStringArray(cfg.Migrations.Command),
		},
		// Of the Deployment that uses the Secret.
		"deploymentAnnotations": annotations,
		// What the URLs ask of the pods: the file that sslrootcert names.
		"tls": pulumi.Map{
			"caBundlePath":      pulumi.String(cfg.TLS.CaBundlePath),
			"caBundleConfigMap": pulumi.String(cfg.TLS.CaBundleConfigMap),
		},
	}
}
