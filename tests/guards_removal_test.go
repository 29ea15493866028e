package tests

import "slices"

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
			text: "k.parent, pulumi.Protect(k.protect))", instead: "k.parent)", rows: components,
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
			text: "UpsertExistingObjects = pulumi.Bool(true)", instead: "UpsertExistingObjects = pulumi.Bool(false)", rows: []string{"TestTheObjectsChangeHands"},
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
			text: "recoveryWindowDays: creds.RecoveryWindowDays,", instead: "recoveryWindowDays: 0,",
			rows: append(faults("Removal", "prod is brought up again while its secrets are in their recovery window"), "TestRemovalTakesTwoSteps/prod"),
		},
		{
			what: "a replica goes without a snapshot, which RDS does not take", file: "database/replicas.go",
			text: "args.SkipFinalSnapshot = pulumi.Bool(true)", rows: faults("Removal", "a read replica is taken out of the configuration"),
		},
	}
}
