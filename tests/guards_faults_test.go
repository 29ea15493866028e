package tests

func changeGuards() []guard {
	return []guard{
		{
			what: "the parameter group's name is generated", file: "database/parameters.go",
			text: "Family:      pulumi.String(Family(b.args.Engine.Version)),", instead: "Family: pulumi.String(Family(b.args.Engine.Version)), Name: pulumi.String(identifier),",
			rows: []string{change("database.engineVersion (a replica): 16 → 17")},
		},
		{
			what: "static parameters wait for a restart", file: "database/parameters.go",
			text: `if parameter == "rds.force_ssl" || slices`, instead: "if false && slices",
			rows: changes("database.parameters, static", "database.parameters with a read replica"),
		},
		{
			what: "gp3 of 400 GiB and more is told its baseline", file: "database/args.go",
			text: `if s.Type == "gp3" && s.Allocated >= threshold {`, instead: "if false {",
			rows: []string{change("database.iops and storageThroughput (large storage): 14000 and 700 → not set")},
		},
		{
			what: "a subscription is known by its address", file: "database/topic.go",
			text: `b.ctx, name+"-"+email, &sns`, instead: `b.ctx, name+"-"+email[:0], &sns`,
			rows: []string{change("alerts.emails: one → another")},
		},
		{
			what: "the Job of a revision has that revision's name", file: "k8s/migration.go",
			text: "naming.MigrationJob(app, m.Revision())", instead: `naming.MigrationJob(app, "revision")`,
			rows: append(faults("Everything else that fails", "the migration fails"),
				append(changes("migrations.command", "migrations.attempt"), change("migrations.image: 1.0.0 → 2.0.0"))...),
		},
		{
			what: "a Job that ran is not made again for another specification", file: "k8s/job.go",
			text: `pulumi.IgnoreChanges([]string{"spec", "metadata.annotations"}),`,
			rows: append(changes("migrations.deadlineSeconds", "migrations.backoffLimit", "migrations.cpu", "migrations.memory"), "TestMigrationRunsOncePerRevision"),
		},
		{
			what: "a Job that ran is never gone by itself", file: "k8s/job.go",
			text: `"backoffLimit":          args.backoffLimit,`, instead: `"backoffLimit": args.backoffLimit, "ttlSecondsAfterFinished": 600,`,
			rows: []string{"TestMigrationRunsOncePerRevision"},
		},
		{
			what: "a Job is not protected: the next takes its place", file: "k8s/job.go",
			text: "pulumi.Protect(false), ", rows: changes("migrations.enabled"),
		},
		{
			what: "a new password reaches the cluster in the same run", file: "internal/stack/args.go",
			text: "RemoteVersion: connection,", instead: `RemoteVersion: pulumi.String("always"),`,
			rows: append([]string{change("database.passwordVersion: not set → 2"), change("database.passwordVersion: 2 → not set")}, append(faults(everyResourceTitle, "update"), "TestRotation", "TestAMigrationStartsWithTheNewPassword")...),
		},
		{
			what: "a Secret says which version it was made from", file: "k8s/secret.go",
			text: `strings.ReplaceAll(id, "-", "_")`, instead: `strings.ReplaceAll("always", id, "_")`,
			rows: []string{"TestAMigrationStartsWithTheNewPassword"},
		},
	}
}

func faultGuards() []guard {
	const section = "Everything else that fails"
	return []guard{
		{
			what: "the instance may take two hours", file: "database/primary.go",
			text: `createTimeout = "2h"`, instead: `createTimeout = "40m"`, rows: faults(section, "the instance takes 90 minutes"),
		},
		{
			what: "the provider waits until the operator is ready", file: "k8s/secret.go",
			text: `return object{"pulumi.com/waitFor": "condition=Ready"}`, instead: "return object{}",
			rows: faults(section, "the role lost its policy, and the password changes", "the issuer is another cluster's"),
		},
		{
			what: "the provider waits longer for a Job than the Job may take", file: "k8s/job.go",
			text: "Create: args.timeout(), Update: args.timeout()", instead: `Create: "1s", Update: "1s"`,
			rows: faults(section, "the migration does not end, and still runs when the next run begins"),
		},
		{
			what: "the account is allowed by number", file: "internal/stack/providers.go",
			text: "AllowedAccountIds: pulumi.StringArray{pulumi.String(cfg.AccountID)},",
			rows: append(faults(section, "credentials of another account"), "TestForeignCredentials"),
		},
		{
			what: "a cluster that is not there is named with its key", file: "internal/stack/discovery.go",
			text: `fmt.Errorf("looking up the EKS cluster %s (mosaic-database:cluster.name): %w", name, err)`, instead: `fmt.Errorf("%.0s%w", name, err)`,
			rows: faults(section, "the EKS cluster does not exist"),
		},
		{
			what: "for an issuer without a provider in IAM there is the command that makes one", file: "internal/stack/discovery.go",
			text: `"eksctl utils associate-iam-oidc-provider --cluster %s --approve)`, instead: `"%.0s)`,
			rows: faults(section, "the issuer has no OIDC provider in IAM"),
		},
		{
			what: "issuer and provider ARN match", file: "irsa/role.go", inside: "irsa",
			text: "if !matches(a.OidcProviderArn, a.OidcIssuer) {", instead: "if false {", rows: []string{"TestCheckNamesEveryProblem"},
		},
	}
}

func driftGuards() []guard {
	const section = "Drift"
	return []guard{
		{
			what: "the version is asked for by its major part", file: "database/primary.go",
			text: "pulumi.String(a.Engine.Version)", instead: `pulumi.String(a.Engine.Version + ".11")`,
			rows: faults(section, "RDS takes a minor version (16.11 → 16.12)"),
		},
		{
			what: "storage may grow up to a ceiling", file: "database/primary.go",
			text: "args.MaxAllocatedStorage = pulumi.Int(a.Storage.MaxAllocated)", rows: faults(section, "RDS grows the storage (20 → 30 GiB)"),
		},
		{
			what: "the zone is left to RDS", file: "database/primary.go",
			text: `if a.AvailabilityZone != "" {` + "\n\t\targs.AvailabilityZone = pulumi.String(a.AvailabilityZone)", instead: "{\n\t\targs.AvailabilityZone = pulumi.String(\"us-east-1a\")",
			rows: faults(section, "RDS fails over to another zone"),
		},
		{
			what: "the certificate authority is left to RDS", file: "database/primary.go",
			text: `if ca := b.args.Engine.CaCertIdentifier; ca != "" {`, instead: `if ca := "rds-ca-rsa2048-g1"; ca != "" {`,
			rows: faults(section, "the certificate authority is rotated"),
		},
		{
			what: "the rules for incoming connections are written out", file: "database/network.go",
			text: `"ingress":     b.ingress(),`, rows: faults(section, "a rule for incoming connections, added by hand"),
		},
		{
			what: "that there are none for outgoing ones is written out", file: "database/network.go",
			text: `"egress": pulumi.Array{},`, rows: faults(section, "a rule for outgoing connections, added by hand"),
		},
	}
}

// secretGuards put the password where it does not belong: what holds it is the SDK, which marks it as secret.
func secretGuards() []guard {
	const section = "Secrets"
	return []guard{
		{
			what: "an instance has its password in that property alone", file: "database/primary.go",
			text: "args.Password = password", instead: `args.Password, args.Tags = password, pulumi.StringMap{"note": pulumi.Unsecret(password).(pulumi.StringOutput)}`,
			rows: faults(section, "AWS and Kubernetes: names, tags, policies, specs, annotations, conditions", "events of the engine",
				"preview --diff, and up --diff", "state (`pulumi stack export`)", "verbose log, -v=8"),
		},
		{
			what: "no output has the password", file: "database/instance.go",
			text: "c.Identifier = primary.Identifier", instead: "c.Identifier = pulumi.Unsecret(password.Result).(pulumi.StringOutput)",
			rows: faults(section, "outputs (`pulumi stack output --json`)", "messages of a migration that fails, and of an API that refuses",
				"preview, up, refresh and destroy"),
		},
	}
}
