package tests

import (
	"slices"
)

// changes are the rows of the matrix that change these keys; of a key with a refusal, the refusals.
func changes(keys ...string) []string {
	var rows []string
	for _, key := range keys {
		var of []transition
		for _, row := range transitions() {
			if row.key == key {
				of = append(of, row)
			}
		}
		refusals := slices.DeleteFunc(slices.Clone(of), func(row transition) bool { return row.refused == "" })
		if len(refusals) > 0 {
			of = refusals
		}
		for _, row := range of {
			rows = append(rows, row.path())
		}
	}
	return rows
}

// change is the row of the matrix with this title.
func change(title string) string {
	i := slices.IndexFunc(transitions(), func(row transition) bool { return row.String() == title })
	return transitions()[i].path()
}

// faults are rows of a section of docs/faults.md.
func faults(section string, rows ...string) []string {
	var paths []string
	for _, row := range rows {
		paths = append(paths, faultPath(section, row))
	}
	return paths
}

// guards is every guard that can be taken out.
func guards() []guard {
	var all []guard
	for _, of := range []struct {
		part   string
		guards []guard
	}{
		{"What is settled", settledGuards()},
		{"Versions, storage, generations, owners", ruleGuards()},
		{"Protection", protectionGuards()},
		{"What a removal leaves", removalGuards()},
		{"Changes that stay changes", changeGuards()},
		{"Faults", faultGuards()},
		{"Drift", driftGuards()},
		{"Secrets", secretGuards()},
	} {
		for _, g := range of.guards {
			g.part = of.part
			all = append(all, g)
		}
	}
	return all
}

// settledGuards are the lines of the table of what is settled. They are taken out at once: each row changes one key, and
// without its guard fails in its preview, before it changes anything for another.
func settledGuards() []guard {
	const together = "what is settled"
	const settled, generations = "internal/config/settled.go", "internal/config/generations.go"
	var all []guard
	for _, line := range []struct {
		key, file, begins string
		rows              []string // nil: the refusals of the key
	}{
		{"aws:region", settled, `{"aws:region",`, nil},
		{"aws:allowedAccountIds", settled, `{"aws:allowedAccountIds",`, nil},
		{"environment", settled, `{ownKey("environment"),`, append(changes("environment"), faults("Removal", "the stack is renamed (`pulumi stack rename live`)")...)},
		{"cluster.name", settled, `{ownKey("cluster.name"),`, nil},
		{"database.name", settled, `{ownKey("database.name"),`, nil},
		{"database.username", settled, `{ownKey("database.username"),`, append(changes("database.username"), "TestReplacementIsRefused", "TestAFailedRunSettlesToo")},
		{"app.name", settled, `{ownKey("app.name"),`, nil},
		{"app.namespace", settled, `{ownKey("app.namespace"),`, nil},
		{"app.createNamespace", settled, `{ownKey("app.createNamespace"),`, nil},
		{"app.secretName", settled, `{ownKey("app.secretName"),`, nil},
		{"app.serviceAccount", settled, `{ownKey("app.serviceAccount"),`, nil},
		{"restore.snapshotIdentifier", generations, `{ownKey("restore.snapshotIdentifier"),`, nil},
		{"restore.sourceDbiResourceId", generations, `{ownKey("restore.sourceDbiResourceId"),`, nil},
		{"restore.pointInTime", generations, `{ownKey("restore.pointInTime"),`, nil},
		{"restore.useLatestRestorableTime", generations, `{ownKey("restore.useLatestRestorableTime"),`, nil},
	} {
		if line.rows == nil {
			line.rows = changes(line.key)
		}
		all = append(all, guard{what: "settled: " + line.key, file: line.file, text: line.begins, line: true, together: together, rows: line.rows})
	}
	return append(all,
		guard{
			what: "settled: network.vpcId, also where it is looked up", file: settled,
			text: "append(vpc.changed(before),", instead: "append(vpc.changed(nil),", together: together,
			rows: changes("network.vpcId"),
		},
		guard{
			what: "settled: cluster.oidcIssuer, also where it is looked up", file: settled,
			text: "issuer.changed(before)...)", instead: "issuer.changed(nil)...)", together: together,
			rows: []string{change("cluster.oidcIssuer: <issuer> → <other issuer>")},
		},
		guard{
			what: "settled for each instance: database.kmsKeyId and .availabilityZone", file: generations,
			text: "for _, s := range c.ofInstance() {\n\t\tproblems =", instead: "for _, s := range c.ofInstance()[:0] {\n\t\tproblems =",
			together: together,
			rows:     changes("database.kmsKeyId", "database.availabilityZone"),
		},
		guard{
			what: "settled: namespace, serviceAccount and secretName of additional applications", file: "internal/config/apps.go",
			text: "if field.value != old[i] {", instead: "if false {", together: together,
			rows: changes("additionalApps.worker.namespace", "additionalApps.worker.serviceAccount", "additionalApps.worker.secretName"),
		},
		guard{
			what: "nothing is settled before the Secrets are in the cluster", file: "internal/stack/settled.go",
			text: "if app.access != nil {", instead: "if app.access != nil && false {",
			rows: append(faults("Everything else that fails", "the issuer is another cluster's"), "TestAMistakeIsNotSettled"),
		},
	)
}

func ruleGuards() []guard {
	const settled, generations = "internal/config/settled.go", "internal/config/generations.go"
	return []guard{
		{
			what: "the major version rises on purpose, and never falls", file: generations,
			text: "problems = append(problems, c.majorVersion(known)...)", rows: []string{change("database.engineVersion: 16 → 17"), change("database.engineVersion (a replica): 17 → 16")},
		},
		{
			what: "a pinned minor version does not fall", file: generations,
			text: "return append(problems, c.minorVersion(known)...)", instead: "return problems", rows: []string{change("database.engineVersion: 16.12 → 16.11")},
		},
		{
			what: "storage does not shrink", file: generations,
			text: "problems = append(problems, c.shrunk(known)...)", rows: changes("database.allocatedStorage"),
		},
		{
			what: "the objects change hands by a handover alone", file: settled,
			text: "problems = append(problems, c.ownership(before)...)", rows: append(changes("delivery"), "TestTheObjectsChangeHands"),
		},
		{
			what: "generations come one by one", file: generations,
			text: "case r.Generation > was+1:", instead: "case false:", rows: changes("restore.generation"),
		},
		{
			what: "generations do not go back", file: generations, inside: "internal/config",
			text: "case r.Generation < was:", instead: "case false:", rows: []string{"TestGenerations"},
		},
		{
			what: "what serves is a generation that exists", file: generations,
			text: "if r.Serving > r.Generation {", instead: "if false {", rows: changes("restore.serving"),
		},
		{
			what: "what serves is neither unprotected nor released", file: generations,
			text: "case name == l.config.Instance():", instead: "case false:", rows: changes("restore.unprotected", "restore.released"),
		},
		{
			what: "an instance is unprotected a run before it is released", file: generations,
			text: "if !slices.Contains(may, name) {", instead: "if false && !slices.Contains(may, name) {", rows: []string{"TestRestore"},
		},
		{
			what: "an instance that was released does not come back, empty", file: generations, inside: "internal/config",
			text: "if !slices.Contains(c.Restore.Released, name) {", instead: "if false {", rows: []string{"TestGenerations"},
		},
		{
			what: "each instance is held to its own version, size, key and zone", file: generations, inside: "internal/config",
			text: "from := identifier + \" \" + key\n\t\tif identifier == served {", instead: "from := key\n\t\tif identifier == served {", rows: []string{"TestEachInstanceKeepsItsOwn"},
		},
		{
			what: "a backup that does not fit is refused by the preview", file: "internal/stack/deploy.go",
			text: "if err := backupFits(ctx, cfg, before, cloud.aws); err != nil {", instead: "if err := backupFits(ctx, cfg, nil, cloud.aws); err != nil && false {",
			rows: []string{"TestABackupThatDoesNotFit"},
		},
		{
			what: "an additional application goes after it was unprotected", file: "internal/config/apps.go",
			text: `if old[3] == "protected" {`, instead: "if false {", rows: append(changes("additionalApps.worker"), "TestMoreThanOneApplication"),
		},
		{
			what: "a budget that is to fail does", file: "internal/stack/deploy.go",
			text: `if cfg.Budget.OnExceed == "warn" {`, instead: "if true {", rows: []string{change("budget.monthlyUsd → 1.00"), "TestBudget"},
		},
	}
}

func protectionGuards() []guard {
	components := faults("Removal", "the components are taken out of the program")
	return []guard{
		{
			what: "protect of the instance", file: "database/primary.go",
			text: "opts := []pulumi.ResourceOption{pulumi.Protect(b.args.DeletionProtection)}", instead: "opts := []pulumi.ResourceOption{}",
			rows: append(slices.Clone(components), faults("Removal", "a resource is renamed in the program (here the instance)")...),
		},
		{
			what: "protect of both secrets", file: "database/secrets.go",
			text: ", pulumi.Protect(b.args.DeletionProtection))", instead: ")", rows: components,
		},
		{
			what: "protect of the role and its policy", file: "internal/stack/deploy.go",
			text: "pulumi.Providers(cloud.aws), pulumi.Protect(app.protect))", instead: "pulumi.Providers(cloud.aws))", rows: components,
		},
		{
			what: "protect of the Kubernetes objects", file: "internal/stack/deploy.go",
			text: "return []pulumi.ResourceOption{pulumi.Protect(app.protect)}", instead: "return nil",
			rows: append(slices.Clone(components), "TestLifecycleOfProd"),
		},
		{
			what: "protect of the instances that a restore left", file: "database/kept.go",
			text: "pulumi.Protect(protect), ", rows: []string{"TestRestore"},
		},
		{
			what: "RDS's own deletion protection", file: "database/primary.go",
			text: "args.DeletionProtection = pulumi.Bool(a.DeletionProtection)",
			rows: append(faults("Drift", "deletion protection, switched off by hand"), changes("database.deletionProtection")...),
		},
		{
			what: "a handover leaves the objects in the cluster", file: "internal/stack/deploy.go",
			text: "return []pulumi.ResourceOption{pulumi.RetainOnDelete(true)}", instead: "return nil", rows: []string{"TestTheObjectsChangeHands", "TestAHandoverThatFailsGoesOn"},
		},
		{
			what: "a handover takes what the chart made", file: "internal/stack/providers.go",
			text: "pulumi.Bool(true), pulumi.Bool(true)", instead: "pulumi.Bool(false), pulumi.Bool(false)", rows: []string{"TestTheObjectsChangeHands"},
		},
		{
			what: "an instance that is kept stays as it is", file: "database/kept.go",
			text: ", pulumi.IgnoreChanges(frozen()))", instead: ")", rows: []string{"TestRestore"},
		},
		{
			what: "an instance that exists does not follow what it was made from", file: "database/primary.go",
			text: "if b.args.Exists {", instead: "if false {", rows: []string{"TestRestore"},
		},
	}
}

func removalGuards() []guard {
	twice := faults("Removal", "prod is destroyed, brought up again and destroyed again")
	return []guard{
		{
			what: "the name of the final snapshot is its own", file: "database/primary.go",
			text: `pulumi.Sprintf("%s-%s", naming`, instead: `pulumi.Sprintf("%s%.0s", naming`, rows: twice,
		},
		{
			what: "a final snapshot is taken", file: "database/primary.go",
			text: "args.SkipFinalSnapshot = pulumi.Bool(a.Backups.SkipFinalSnapshot)", instead: "args.SkipFinalSnapshot = pulumi.Bool(true)",
			rows: append(slices.Clone(twice), "TestRestore", "TestRemovalTakesTwoSteps/prod"),
		},
		{
			what: "the automated backups stay", file: "database/primary.go",
			text: "args.DeleteAutomatedBackups = pulumi.Bool(a.Backups.DeleteAutomatedBackups)", instead: "args.DeleteAutomatedBackups = pulumi.Bool(true)",
			rows: append(slices.Clone(twice), "TestRestoreOfALostInstance"),
		},
		{
			what: "deleted secrets can be restored for a while", file: "database/secrets.go",
			text: "pulumi.Int(b.args.Credentials.RecoveryWindowDays)", instead: "pulumi.Int(0)",
			rows: append(faults("Removal", "prod is brought up again while its secrets are in their recovery window"), "TestRemovalTakesTwoSteps/prod"),
		},
		{
			what: "a replica goes without a snapshot, which RDS does not take", file: "database/replicas.go",
			text: "args.SkipFinalSnapshot = pulumi.Bool(true)", rows: faults("Removal", "a read replica is taken out of the configuration"),
		},
		{
			what: "the instance has a fixed name", file: "database/primary.go",
			text: "pulumi.String(identifier),\n\t\tStorageEncrypted:", instead: `pulumi.String(identifier + "-" + b.ctx.Stack()),` + "\n\t\tStorageEncrypted:",
			rows: faults("Removal", "another stack takes prod's environment"),
		},
	}
}

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
			what: "a subscription is known by its address", file: "database/alarms.go",
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
			what: "a Job that ran is not made again for another specification", file: "k8s/migration.go",
			text: `pulumi.IgnoreChanges([]string{"spec"}),`,
			rows: append(changes("migrations.deadlineSeconds", "migrations.backoffLimit", "migrations.cpu", "migrations.memory"), "TestMigrationRunsOncePerRevision"),
		},
		{
			what: "a Job that ran is never gone by itself", file: "k8s/migration.go",
			text: "BackoffLimit:          pulumi.Int(m.BackoffLimit),", instead: "BackoffLimit: pulumi.Int(m.BackoffLimit), TtlSecondsAfterFinished: pulumi.Int(600),",
			rows: []string{"TestMigrationRunsOncePerRevision"},
		},
		{
			what: "a Job is not protected: the next takes its place", file: "k8s/migration.go",
			text: "pulumi.Protect(false), ", rows: changes("migrations.enabled"),
		},
		{
			what: "a new password reaches the cluster in the same run", file: "internal/stack/args.go",
			text: "db.ConnectionSecretVersionID,", instead: `pulumi.String("always").ToStringOutput(),`,
			rows: append(changes("database.passwordVersion"), append(faults(everyResourceTitle, "update"), "TestRotation", "TestAMigrationStartsWithTheNewPassword")...),
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
			text: `return pulumi.StringMap{"pulumi.com/waitFor": pulumi.String("condition=Ready")}`, instead: "return pulumi.StringMap{}",
			rows: faults(section, "the role lost its policy, and the password changes", "the issuer is another cluster's"),
		},
		{
			what: "the provider waits longer for a Job than the Job may take", file: "k8s/migration.go",
			text: "Create: m.timeout(), Update: m.timeout()", instead: `Create: "1s", Update: "1s"`,
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
			what: "an issuer without a provider in IAM is found before anything is made", file: "internal/stack/discovery.go",
			text: "\tif err != nil {\n\t\treturn nil, fmt.Errorf(\"looking up the IAM OIDC provider", instead: "\tif err != nil && false {\n\t\treturn nil, fmt.Errorf(\"looking up the IAM OIDC provider",
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
			text: "Ingress:     b.ingress(),", rows: faults(section, "a rule for incoming connections, added by hand"),
		},
		{
			what: "that there are none for outgoing ones is written out", file: "database/network.go",
			text: "Egress: ec2.SecurityGroupEgressArray{},", rows: faults(section, "a rule for outgoing connections, added by hand"),
		},
	}
}

// secretGuards put the password where it does not belong: what holds it is the SDK, which marks it as secret.
func secretGuards() []guard {
	const section = "Secrets"
	return []guard{
		{
			what: "a secret's description says nothing of its content", file: "database/secrets.go",
			text: "pulumi.String(description)", instead: "pulumi.Unsecret(content).(pulumi.StringOutput)",
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

// ofOthers are the rows of docs/faults.md that show what the engine, a provider or AWS does, with no guard of this program
// that could be taken out.
func ofOthers() []struct{ row, why string } {
	return []struct{ row, why string }{
		{"Every resource: create", "the engine goes on from its state"},
		{"Every resource: kill", "the engine's pending operations"},
		{"Every resource: delete", "the engine goes on from its state"},
		{"Everything else that fails: the run is killed while the instance is created", "the engine's lock and its pending operations; RDS, which does not take a name twice"},
		{"Everything else that fails: two runs at once", "the engine's lock"},
		{"Everything else that fails: the cluster cannot be reached", "the provider's message"},
		{"Drift: RDS renews what it computes (latest restorable time)", "the provider's: the property is an output"},
		{"Drift: a tag, changed by hand", "the provider's: it compares all tags"},
		{"Drift: an alarm, deleted", "the engine's refresh"},
		{"Drift: the role's policy, deleted", "the engine's refresh"},
		{"Drift: the ServiceAccount, deleted", "the engine's refresh"},
		{"Drift: the ExternalSecret, deleted", "the engine's refresh"},
		{"Removal: the project is renamed (`pulumi stack rename organization/other/prod`)", "the engine's: it renames the state; nothing but a tag has the project's name"},
		{"Removal: the stack is forgotten (`pulumi stack rm --force`)", "the engine's: it asks no provider"},
		{"Secrets: verbose log, -v=9", "the engine's: it shows that the scanner finds what is there"},
		{"Secrets: golden files of the tests", "the tests': TestGraph refuses to write one with the password"},
	}
}
