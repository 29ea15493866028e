package tests

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
			what: "alternating logins take turns: database.passwordVersion rises one by one", file: "internal/config/logins.go",
			text: "now == old || now == old+1 {", instead: "true || now == old {", together: together,
			rows: []string{change("database.passwordVersion: 2 → 1"), change("database.passwordVersion: 2 → 4")},
		},
		guard{
			what: "nothing is settled before the Secrets are in the cluster", file: "internal/stack/lastrun.go",
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
			what: "a budget that is to fail does", file: "internal/stack/bill.go",
			text: `if cfg.Budget.OnExceed == "warn" {`, instead: "if true {", rows: []string{change("budget.monthlyUsd → 1.00"), "TestBudget"},
		},
	}
}
