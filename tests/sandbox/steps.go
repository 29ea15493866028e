package main

const (
	tourStack = "prod"
	restored  = " -c restore.generation=2 -c restore.useLatestRestorableTime=true -c restore.sourceInstanceIdentifier=mosaic-prod-db"
	rotated   = restored + " -c database.passwordVersion=2"
)

// step is a command of the tour, with what a newcomer should know about it.
type step struct {
	title, before string
	command       string   // of the sandbox, as it is typed after its name
	refused       bool     // whether it is to be refused
	telling       []string // patterns of the lines that are shown; there has to be one for each
	after         string   // what to look at
}

// steps is the life of the stack prod.
func steps() []step {
	return []step{
		{
			title: "the first up",
			before: `The stack file Pulumi.prod.yaml describes a database for an application on EKS. One run makes all of it: the RDS instance, the
secrets with its password, the IAM role of the application, the objects in the cluster, and then the Job that migrates the schema.`,
			command: "up " + tourStack,
			telling: []string{
				`^total +[0-9.]+$`, `rds:Instance mosaic-prod-db created`, `iam:Role .* created`,
				`SecretVersion mosaic/prod/rds/connection created`, `ExternalSecret core-api-db created`, `Job core-api-migration-\w+ created`, `^\+ \d+ created`,
			},
			after: `Look at the order: the instance, what is in its secret, the ExternalSecret that brings that to the pods, the migration. And at the
total: every preview ends with the bill, in USD a month.`,
		},
		{
			title: "a change that is refused",
			before: `Somebody gives the database another name in the stack file. RDS would answer that by deleting the instance and making an empty
one, so the preview refuses it. -c lays one value over the stack file, for one run.`,
			command: "up " + tourStack + " -c database.name=stories",
			refused: true,
			telling: []string{`^error: .*nothing was changed`, `database\.name: stories`, `^rule: `, `^write: `},
			after: `Look at the three things that every refusal says: which key and value, which rule, and what to write instead. Whatever would replace,
delete or expose the database or its secrets ends like this: docs/why/protection.md, docs/reference/transitions.md.`,
		},
		{
			title: "a restore",
			before: `Somebody deleted rows. A restore does not touch the instance: it makes another one beside it from its backups, the second
generation, and its address goes into the secrets. On AWS, with a restart of the pods: just db-restore-pitr latest prod`,
			command: "up " + tourStack + restored,
			telling: []string{
				`rds:Instance mosaic-prod-db-2 created`, `SecretVersion mosaic/prod/rds/connection created`, `Job core-api-migration-\w+ created`,
				`^~ instanceIdentifier`, `^\+ \[0\]: "mosaic-prod-db"`,
			},
			after: `Look at the first two lines: mosaic-prod-db-2 serves now, and mosaic-prod-db is kept as it was, so there is a way back:
docs/how-to/restore.md.`,
		},
		{
			title: "a rotation of the password",
			before: `A higher passwordVersion makes another password, and one run puts it everywhere: into the instance, both secrets, the cluster. The
values of the restore are there again, because in real life they stay in the stack file. On AWS: just db-rotate prod`,
			command: "up " + tourStack + rotated,
			telling: []string{
				`RandomPassword mosaic-prod-db-password created replacement`, `rds:Instance mosaic-prod-db-2 updated`,
				`SecretVersion mosaic/prod/rds/connection created replacement`, `ExternalSecret core-api-db updated`,
			},
			after: `Look for the password: it is in no line. The instance is updated, not replaced; what is replaced are the password and the versions of
the secrets. The ExternalSecret changes so that the operator reads the new one now: docs/how-to/rotation.md.`,
		},
		{
			title:   "a destroy that is refused",
			before:  `Somebody means another stack. The database, its secrets and the objects of the pods are protected, so nothing is deleted.`,
			command: "destroy " + tourStack,
			refused: true,
			telling: []string{`^because it is protected`},
			after:   `Look at what it takes: a change of the stack file, which a colleague sees in a pull request. That is the first of two steps.`,
		},
		{
			title:   "the first step of a destroy",
			before:  `The protection is turned off, and nothing else.`,
			command: "up " + tourStack + rotated + " -c database.deletionProtection=false",
			telling: []string{`rds:Instance mosaic-prod-db(-2)? updated`, `^~ \d+ updated`},
			after:   `Look at how little changes: nothing is deleted yet, and the way back is to leave the line out again.`,
		},
		{
			title:   "the second step of a destroy",
			before:  `Now everything goes, in the reverse order. Each instance leaves a final snapshot, and the secrets can be recovered for some days.`,
			command: "destroy " + tourStack,
			telling: []string{`rds:Instance mosaic-prod-db(-2)? deleted`, `secretsmanager:Secret .* deleted`, `^- \d+ deleted`, `what AWS keeps`},
			after:   `Look at the last line: even now the data is not lost.`,
		},
		{
			title:   "the end",
			before:  `The sandbox forgets the stack, so that you begin with nothing.`,
			command: "reset " + tourStack,
			telling: []string{`has forgotten prod`},
			after: `Go on with your own changes: ` + goRun + ` up prod, then preview prod --diff -c tier=ha.
docs/start/ten-minutes.md leads to the first up in AWS, and docs/start/sandbox.md has a real cluster.`,
		},
	}
}
