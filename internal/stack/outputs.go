package stack

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/naming"
)

// Output describes an output of the stack.
type Output struct {
	Name        string
	Type        string // string, number, array or object
	Description string
}

// Outputs describes all outputs of the stack, which are the contract with the GitOps repository. None is secret.
func Outputs() []Output {
	return []Output{
		{"endpoint", "string", "host name of the database instance, or of the writer of the Aurora cluster"},
		{"port", "number", "TCP port of the instance and its replicas"},
		{"databaseName", "string", "name of the database"},
		{"instanceIdentifier", "string", "identifier of the active RDS instance, or Aurora cluster"},
		{"engine", "string", "what serves the database: postgres, or with tier serverless aurora-postgresql"},
		{"keptInstances", "array", "identifiers of the retained instances, which no client uses"},
		{"replicaEndpoints", "array", "host names of the read replicas, in the order of their numbers; of an Aurora cluster, the one of all its readers"},
		{"roleArn", "string", "ARN of the IAM role that the application's service account assumes"},
		{"credentialsSecretArn", "string", "ARN of the secret with user name and password, and AWS's other keys for the secret of a database"},
		{"masterUserSecretArn", "string", "ARN of the secret with the master user's password: credentialsSecretArn, or with database.manageMasterUserPassword that of RDS"},
		{"connectionSecretArn", "string", "ARN of the secret with host, port, database, user name, password and URLs"},
		{"connectionSecretName", "string", "name of the connection secret in Secrets Manager"},
		{"readOnlySecretArn", "string", "ARN of the secret with the read-only connection; empty without database.readOnlyLogin"},
		{"peopleRoleArn", "string", "ARN of the IAM role that IAM users assume to log in to the database by token; empty without database.iamPrincipals"},
		{"peopleLogin", "string", "name of the database login for IAM users; empty without database.iamPrincipals"},
		{"securityGroupId", "string", "ID of the database's security group"},
		{"poolerEndpoint", "string", "host and port of the connection pooler that the URLs lead to; empty without pooling.enabled, and while it is draining"},
		{"copiedBackupsArn", "string", "ARN of the copies of the active instance's automated backups; empty without backups.copyToRegion"},
		{"backupVault", "string", "name of the vault in which AWS Backup has the database's recovery points; empty without backups.awsBackupRetentionDays"},
		{"region", "string", "AWS region of all resources"},
		{"accountId", "string", "AWS account ID of all resources"},
		{"clusterName", "string", "name of the EKS cluster; empty if the configuration has none"},
		{"applicationName", "string", "name of the application"},
		{"namespace", "string", "Kubernetes namespace of the application"},
		{"serviceAccountName", "string", "name of the application's ServiceAccount"},
		{"kubernetesSecretName", "string", "name of the Kubernetes Secret that pods read"},
		{"deployments", "array", "names of the application's Deployments, from app.deployments; empty: those of its namespace whose pods use its Secret"},
		{"applicationLogins", "array", "names of the database logins that the applications alone use: two in turn, or one by token; empty with credentials: master"},
		{"migrationJobName", "string", "name of the current revision's migration Job; empty if this program runs none"},
		{"estimatedMonthlyCost", "string", "estimated monthly cost, such as \"18.41 USD\"; \"at least …\" if a price is unknown"},
		{"helmValues", "object", "values for the application's Helm chart, according to delivery and app.helmValues"},
		{"gitops", "object", "where the GitOps repository has these values: path of the file, and key in it; an empty key if the file is this program's alone"},
		{"previews", "object", "values of the chart charts/preview-database, for the databases of preview environments; empty without previews"},
		{"additionalApps", "object", "for each additional application, by name: roleArn, namespace, serviceAccountName, kubernetesSecretName, deployments, helmValues and gitops, whose path is empty if nothing writes the values; and database, if it has one of its own: name, connectionSecretName, connectionSecretArn, readOnlySecretArn, applicationLogins and migrationJobName"},
		{lastRunOutput, "object", "only for the next run: the locked values of the database, and the lines of the cost estimate"},
	}
}

// export exports the outputs; left is the data for the next run.
func (d *deployment) export(clients *clients, left pulumi.Map) {
	cfg, db, main := d.cfg, d.db, clients.applications[0]
	retained := []string{}
	for _, one := range cfg.Retained() {
		retained = append(retained, one.Identifier)
	}
	usersRole, usersLogin := pulumi.String("").ToStringOutput(), ""
	if clients.users != nil {
		usersRole, usersLogin = clients.users.RoleArn, naming.DatabaseRoles(cfg.App.Name).IAMUsers
	}
	all := pulumi.Map{
		"endpoint":             db.Endpoint,
		"port":                 db.Port,
		"databaseName":         pulumi.String(cfg.Database.Name),
		"instanceIdentifier":   db.Identifier,
		"engine":               pulumi.String(cfg.Database.Engine),
		"keptInstances":        pulumi.ToStringArray(retained),
		"replicaEndpoints":     db.ReplicaEndpoints,
		"roleArn":              main.role.RoleArn,
		"credentialsSecretArn": db.CredentialsSecretArn,
		"masterUserSecretArn":  db.MasterUserSecretArn,
		"connectionSecretArn":  db.ConnectionSecretArn,
		"connectionSecretName": pulumi.String(naming.ConnectionSecret(cfg.Environment)),
		"readOnlySecretArn":    readOnlySecret(clients.logins[main.Name]),
		"peopleRoleArn":        usersRole,
		"peopleLogin":          pulumi.String(usersLogin),
		"securityGroupId":      db.SecurityGroupID,
		"poolerEndpoint":       pulumi.String(poolerEndpoint(cfg)),
		"copiedBackupsArn":     db.CopiedBackupsArn,
		"backupVault":          db.BackupVault,
		"region":               pulumi.String(cfg.Region),
		"accountId":            pulumi.String(cfg.AccountID),
		"clusterName":          pulumi.String(cfg.Cluster.Name),
		"applicationName":      pulumi.String(main.Name),
		"namespace":            pulumi.String(main.Namespace),
		"serviceAccountName":   pulumi.String(main.ServiceAccount),
		"kubernetesSecretName": pulumi.String(main.SecretName),
		"deployments":          pulumi.ToStringArray(main.Deployments),
		"applicationLogins":    pulumi.ToStringArray(applicationLogins(cfg, main)),
		"migrationJobName":     pulumi.String(main.migrationJob()),
		"estimatedMonthlyCost": pulumi.String(d.estimate.String()),
		"helmValues":           d.helmValues(main),
		"gitops":               valuesFile(main),
		"previews":             previewValues(cfg, clients.previews),
		"additionalApps":       d.additionalApps(clients),
		lastRunOutput:          left,
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		d.ctx.Export(name, all[name])
	}
}
