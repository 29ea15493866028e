package config

import "encoding/json"

// key is one key of a stack file: a value of its own, or an object of fields.
type key struct {
	field
	namespace string
	required  bool
	fields    []field // of an object
	each      bool    // the fields are those of each object by a name, which decode reads
}

// full is the key as a stack file writes it.
func (k key) full() string { return k.namespace + ":" + k.name }

// keys is every key of a stack file, bound to a configuration: the one table of what can be configured.
func (c *Config) keys() []key {
	return []key{
		{namespace: "aws", required: true, field: text("region", &c.Region,
			"Region of everything in AWS.",
			matching(regionName, "the name of an AWS region", "one such as us-east-1"))},
		{namespace: "aws", required: true, field: c.account()},
		own(text("tier", &c.Tier,
			"Cost tier: instance class, standby, replicas, backups and insights under one name.",
			oneOf(tierNames()...))),
		own(text("environment", &c.Environment,
			"Part of every physical name, as in mosaic-<environment>-db.",
			matching(environment, "lower-case letters, digits and single hyphens, beginning with a letter, not ending with a hyphen",
				"a name such as prod or staging-2")).defaultsTo("the stack's name")),
		object("cluster", "EKS cluster that the application runs on.", c.Cluster.fields()),
		object("network", "Where the database is placed and who may reach it.", c.Network.fields()),
		object("database", "RDS instance, replicas and credentials: overrides of the tier, field by field.", c.Database.fields()),
		object("app", "Application that uses the database.", c.App.fields()),
		c.additionalApps(),
		object("migrations", "Job that brings the schema to the application's revision.", c.Migrations.fields()),
		object("tls", "How clients check whom they talk to; without a bundle, sslmode is require, with one, verify-full.", c.TLS.fields()),
		object("pooling", "PgBouncer in the cluster, between the applications and the database.", c.Pooling.fields()),
		own(text("delivery", &c.Delivery,
			"Who owns the Kubernetes objects: this program (pulumi) or the GitOps repository (gitops); handover while they go from one to the other.",
			oneOf(DeliveryPulumi, DeliveryHandover, DeliveryGitOps))),
		object("alerts", "Who hears of trouble, and when.", c.Alerts.fields()),
		object("budget", "Limit of the estimated monthly cost.", c.Budget.fields()),
		object("restore", "Generations of the instance: what the newest is first made from, which one serves, which may go.", c.Restore.fields()),
		own(mapping("waivers", &c.Waivers, "Security controls that the stack does without, by their ids, with the reason (docs/controls.md).",
			waiverRule(), rule[map[string]string]{}, parseJSON[string])),
		own(text("permissionsBoundary", &c.PermissionsBoundary,
			"Name of the IAM policy that bounds every role that this program makes; it has to be there.",
			optional(matching(policyName, "1 to 128 letters, digits and +=,.@_-", "a policy's name, such as mosaic-database-boundary"))).
			defaultsTo("none")),
		own(mapping("tags", &c.Tags, "Tags of every AWS resource, beside the program's own.",
			tagRule(), tagCountRule(), parseJSON[string])),
	}
}

// account is the list of the one account, as the AWS provider has it.
func (c *Config) account() field {
	var ids []string
	each, all := accountRule()
	f := list("allowedAccountIds", &ids,
		"Account that the stack belongs to; a run with credentials for another one stops at once.", each, all, parseText)
	check := f.decode
	f.decode = func(raw json.RawMessage) Problems {
		problems := check(raw)
		if len(ids) == 1 {
			c.AccountID = ids[0]
		}
		return problems
	}
	return f
}

// own is a key of the program's namespace with one value.
func own(f field) key { return key{namespace: Namespace, field: f} }

// object is a key of the program's namespace with fields.
func object(name, description string, fields []field) key {
	return key{namespace: Namespace, fields: fields, field: field{
		name: name, kind: kindObject, description: description, value: func() string { return "{}" },
	}}
}

func tierNames() []string {
	var names []string
	for _, t := range Tiers() {
		names = append(names, t.Name)
	}
	return names
}

func (c *Cluster) fields() []field {
	return []field{
		text("name", &c.Name, "Name of the EKS cluster; VPC, OIDC issuer and endpoint are looked up by it.",
			optional(matching(clusterName, "1 to 100 letters, digits, hyphens and underscores, beginning with a letter or digit",
				"the cluster's name, such as mosaic-prod"))).
			defaultsTo("none: required unless everything that is looked up is given"),
		text("kubeconfig", &c.Kubeconfig, "Path or content of a kubeconfig, for a private endpoint or another cluster; the one value that may be encrypted (--secret).",
			rule[string]{}).defaultsTo("made from the cluster's own data"),
		text("context", &c.Context, "Context in the kubeconfig.", rule[string]{}).defaultsTo("its current one"),
		text("oidcIssuer", &c.OIDCIssuer, "URL of the cluster's OIDC issuer.",
			optional(matching(issuerURL, "an https URL without a slash at its end",
				"one such as https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"))).
			defaultsTo("the cluster's"),
	}
}

func (n *Network) fields() []field {
	return []field{
		text("vpcId", &n.VpcID, "VPC of the database.",
			optional(matching(vpcID, "the id of a VPC", "one such as vpc-0123456789abcdef0"))).
			defaultsTo("the cluster's VPC"),
		list("subnetIds", &n.SubnetIDs, "Private subnets of the database.",
			matching(subnetID, "ids of subnets", "one such as subnet-0123456789abcdef0"),
			subnetsRule().and(distinct()), parseJSON[string]).defaultsTo("the private subnets of the VPC"),
		list("ingressCidrs", &n.IngressCidrs, "Networks that may connect to the database.", cidrRule(), distinct(), parseJSON[string]).
			defaultsTo("the CIDR of the VPC"),
	}
}

func (a *App) fields() []field {
	return []field{
		text("name", &a.Name, "Name of the application, part of the names of its role, secret and Job.", labelRule()),
		text("namespace", &a.Namespace, "Namespace of the application.", namespaceRule()).
			defaultsTo("mosaic-<environment>"),
		boolean("createNamespace", &a.CreateNamespace, "Makes the namespace; otherwise it has to be there."),
		text("serviceAccount", &a.ServiceAccount, "ServiceAccount that may read the secrets.", subdomainRule()).
			defaultsTo("the application's name"),
		text("secretName", &a.SecretName, "Kubernetes Secret that is made, with DB_URL and the single fields.", subdomainRule()).
			defaultsTo("<name>-db-secret"),
		boolean("reloadOnChange", &a.ReloadOnChange, "Asks the chart for the annotation with which Reloader restarts the pods when the Secret changes."),
	}
}

func (m *Migrations) fields() []field {
	return []field{
		boolean("enabled", &m.Enabled, "Runs the migrations in each run that changes what they run."),
		text("image", &m.Image, "Image that holds the migrations.", optional(imageRule())).
			defaultsTo("none: required while migrations are enabled"),
		list("command", &m.Command, "Command of the migration.", notEmpty("a word of the command"), someWords(), parseJSON[string]),
		integer("attempt", &m.Attempt, "Another number runs the same image once more.", atLeast(1)),
		integer("deadlineSeconds", &m.DeadlineSeconds, "Time that all tries together may take; of the next revision or attempt.", between(30, 86400)),
		integer("backoffLimit", &m.BackoffLimit, "Tries after the first; of the next revision or attempt.", between(0, 10)),
		integer("lockTimeoutSeconds", &m.LockTimeoutSeconds, "Time that a statement waits for a lock, while others queue behind it; 0 waits without end; of the next revision or attempt.", between(0, 3600)),
		integer("statementTimeoutSeconds", &m.StatementTimeoutSeconds, "Time that a statement may run, at most deadlineSeconds; of the next revision or attempt.", between(1, 86400)).
			defaultsTo("deadlineSeconds"),
		text("cpu", &m.CPU, "Processor time that the Job requests and may use; of the next revision or attempt.", cpuRule()),
		text("memory", &m.Memory, "Memory that the Job requests and may use; of the next revision or attempt.", memoryRule()),
	}
}

func (t *TLS) fields() []field {
	return []field{
		text("caBundlePath", &t.CaBundlePath, "File with the RDS certificate bundle in the application's containers, where the URLs name it.",
			optional(matching(filePath, "an absolute path of letters, digits, dots, hyphens and underscores", "one such as "+caBundlePath))).
			defaultsTo(caBundlePath + " with caBundleConfigMap"),
		text("caBundleConfigMap", &t.CaBundleConfigMap, "ConfigMap of the namespace with the bundle, under the file's name; the migration mounts it.",
			optional(subdomainRule())).defaultsTo("none: the image has the file"),
	}
}

func (a *Alerts) fields() []field {
	return []field{
		list("emails", &a.Emails, "Addresses that the alarms notify; without any, no alarm is made.", emailRule(), distinct(), parseJSON[string]),
		integer("cpuPercent", &a.CPUPercent, "Alarm above this use of the processor, over two periods of five minutes.", between(1, 99)),
		text("kmsKeyId", &a.KmsKeyID, "Customer key of the topic, which CloudWatch and RDS events may use.", keyRule()).
			defaultsTo("a key that the program makes"),
		integer("freeStoragePercent", &a.FreeStoragePercent, "Alarm below this share of the allocated storage.", between(1, 99)),
		integer("freeMemoryPercent", &a.FreeMemoryPercent, "Alarm below this share of the class's memory, for 15 minutes.", between(1, 99)),
		integer("connectionsPercent", &a.ConnectionsPercent, "Alarm above this share of the connections that the class allows, for ten minutes.", between(1, 99)),
		integer("replicaLagSeconds", &a.ReplicaLagSeconds, "Alarm when a read replica is further behind, for ten minutes.", between(1, 86400)),
		integer("diskQueueDepth", &a.DiskQueueDepth, "Alarm when more requests wait for the disk, for 15 minutes.", between(1, 10000)),
		boolean("dashboard", &a.Dashboard, "Makes a dashboard in CloudWatch; the first three of an account are free."),
	}
}

func (b *Budget) fields() []field {
	return []field{
		number("monthlyUsd", &b.MonthlyUSD, "Limit of the estimated cost of a month, in US dollars.", positive()).
			defaultsTo("no limit"),
		text("onExceed", &b.OnExceed, "What an estimate over the limit does to the run.", oneOf("warn", "fail")),
		integer("expectedLogGiB", &b.ExpectedLogGiB, "Volume of the logs that all instances write a month, for the estimate.", between(0, 100000)),
		integer("expectedBackupGiB", &b.ExpectedBackupGiB, "Size of all backups together, for the estimate; up to the allocated storage they are free.", between(0, 1000000)).
			defaultsTo("allocatedStorage"),
	}
}

func (r *Restore) fields() []field {
	return []field{
		integer("generation", &r.Generation, "Number of the newest instance; one more makes another instance, from a backup, beside those that exist.", between(1, 99)),
		integer("serving", &r.Serving, "Generation that secrets, cluster and outputs point to.", between(1, 99)).
			defaultsTo("the newest"),
		list("unprotected", &r.Unprotected, "Instances that do not serve and may be deleted in a later run.", instanceRule(), distinct(), parseJSON[string]),
		list("released", &r.Released, "Instances that were unprotected in an earlier run, and are deleted, with a final snapshot.", instanceRule(), distinct(), parseJSON[string]),
		text("snapshotIdentifier", &r.SnapshotIdentifier, "Snapshot that the newest instance is made from; allocatedStorage and engineVersion must not be below its own.",
			optional(matching(snapshotName, "the identifier or ARN of a snapshot", "one such as mosaic-prod-manual-20260131"))),
		text("pointInTime", &r.PointInTime, "Moment that the instance is restored to.", optional(pointInTimeRule())),
		boolean("useLatestRestorableTime", &r.UseLatestRestorableTime, "Restores to the last moment that the backups hold."),
		text("sourceInstanceIdentifier", &r.SourceInstanceIdentifier, "Instance whose backups hold that moment.",
			optional(instanceRule())),
		text("sourceDbiResourceId", &r.SourceDbiResourceID, "The same of an instance that was deleted and left its automated backups: its resource id.",
			optional(matching(resourceID, "the resource id of a database instance", "one such as db-ABCDEFGHIJKLMNOPQRSTUVWXY1"))),
	}
}
