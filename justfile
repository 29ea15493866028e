# The operations of mosaic-database. Each takes the name of the stack, such as prod, or uses the selected one, and reads
# everything else from the stack's outputs.

set positional-arguments

# Each recipe says itself why it failed.
set no-exit-message

# The flags that the Pulumi CLI builds with, so that tests, linters and the CLI share one build cache.
export GOFLAGS := "-trimpath"

# List the recipes
default:
    @just --list --unsorted

# Show what db-deploy would change
[group('deploy')]
db-diff env="" *flags:
    @scripts/db-diff "$@"

# Deploy the stack, after a preview and a question [--yes]
[group('deploy')]
db-deploy env="" *flags:
    @scripts/db-deploy "$@"

# Prepare an empty account for a stack and its pipeline, for a GitHub repository such as acme/database [--yes --approve-previews --open-previews]
[group('deploy')]
bootstrap env="" repository="" *flags:
    @scripts/bootstrap "$@"

# Print the values for the application's Helm chart
[group('deploy')]
gitops-values env="" *flags:
    @scripts/gitops-values "$@"

# Commit these values to the GitOps repository of the checkout GITOPS_DIR and push, after a question [--yes]
[group('deploy')]
gitops-deploy env="" *flags:
    @scripts/gitops-deploy "$@"

# Install the chart HELM_CHART with these values, after a question: [version] [env], the version unless it is a folder [--yes]
[group('deploy')]
helm-deploy *arguments:
    @scripts/helm-deploy "$@"

# Release an image of the application: its migrations first, then the values in the GitOps repository, after questions [--yes]
[group('deploy')]
release image="" env="" *flags:
    @scripts/release "$@"

alias preview := db-diff
alias up := db-deploy

# Show the database's endpoint, status and cost, and where its credentials are [--json]
[group('look')]
db-info env="" *flags:
    @scripts/db-info "$@"

# Check every link from the instance to the pods, and show which is broken [--json]
[group('look')]
db-check env="" *flags:
    @scripts/db-check "$@"

# Show the last ten minutes of the PostgreSQL log [--upgrade: the log of upgrades] [--follow]
[group('look')]
db-logs env="" *flags:
    @scripts/db-logs "$@"

# Show who has connections, and how many are left [--json]
[group('look')]
db-connections env="" *flags:
    @scripts/db-connections "$@"

# List the databases of previews; --drop: those whose namespace is gone [--json]
[group('look')]
db-previews env="" *flags:
    @scripts/db-previews "$@"

# Show the running queries, the longest first, and what blocks them [--json]
[group('look')]
db-slow-queries env="" *flags:
    @scripts/db-slow-queries "$@"

# Show the schema's revision
[group('look')]
db-migrate-status env="" *flags:
    @scripts/db-migrate-status "$@"

# Show the pods of the last migration and their logs [--follow]
[group('look')]
db-migrate-logs env="" *flags:
    @scripts/db-migrate-logs "$@"

# List the snapshots, and the latest point in time that can be restored [--json]
[group('look')]
db-snapshots env="" *flags:
    @scripts/db-snapshots "$@"

# Send a test message through an alarm to everybody who gets the real ones, after a question [--yes]
[group('act')]
db-alert-test env="" *flags:
    @scripts/db-alert-test "$@"

# Open psql in a temporary pod
[group('act')]
db-shell env="" *flags:
    @scripts/db-shell "$@"

# Forward a local port to the database through Session Manager, until Ctrl-C
[group('act')]
db-tunnel env="" *flags:
    @scripts/db-tunnel "$@"

# Print the connection secret, with the password [--yes]
[group('act')]
db-get-credentials env="" *flags:
    @scripts/db-get-credentials "$@"

# Show what would make a major upgrade fail [--json]
[group('look')]
db-upgrade-check env="" *flags:
    @scripts/db-upgrade-check "$@"

# Analyze all tables and update the extensions, after a major upgrade
[group('act')]
db-upgrade-finish env="" *flags:
    @scripts/db-upgrade-finish "$@"

# Fill the newest generation from the active one by logical replication, until db-switch; or end it [--end --yes]
[group('act')]
db-replicate env="" *flags:
    @scripts/db-replicate "$@"

# Move to the generation that logical replication fills, after a comparison and a question: generation [env] [--yes]
[group('act')]
db-switch generation="" env="" *flags:
    @scripts/db-switch "$@"

# Go on after a run that was killed: find what it made, after a question [--yes]
[group('act')]
db-recover env="" *flags:
    @scripts/db-recover "$@"

# Take over a database that exists: show what it is and what the first up would change, and import it after a question [--yes --instance=NAME --cloudformation-stack=NAME --secret=NAME]
[group('act')]
db-adopt env="" *flags:
    @scripts/db-adopt "$@"

# Forget all resources, which stay as they are, and print their ids for another tool, after a question [--yes]
[group('act')]
db-disown env="" *flags:
    @scripts/db-disown "$@"

# Take a manual snapshot [--wait]
[group('act')]
db-snapshot env="" *flags:
    @scripts/db-snapshot "$@"

# Run the migrations of the current image once more, after a question [--yes]
[group('act')]
db-migrate env="" *flags:
    @scripts/db-migrate "$@"

# Set the number of the application's pods, 0 to stop all that writes to the database, after a question [--yes]
[group('act')]
app-scale replicas="" env="" *flags:
    @scripts/app-scale "$@"

# Restart the pods of all applications that use the database one by one, after a question [--yes]
[group('act')]
app-restart env="" *flags:
    @scripts/app-restart "$@"

# Restore a point in time, such as 2026-01-31T10:00:00Z or latest, as a new instance, and move to it [--beside: without moving] [--yes]
[group('restore')]
db-restore-pitr timestamp="" env="" *flags:
    @scripts/db-restore-pitr "$@"

# Restore a snapshot, one that db-snapshots lists, as a new instance, and move to it [--beside: without moving] [--yes]
[group('restore')]
db-restore-snapshot snapshot="" env="" *flags:
    @scripts/db-restore-snapshot "$@"

# Make another generation of the instance the active one: back after a restore, or on to one restored with --beside [--yes]
[group('restore')]
db-serve generation="" env="" *flags:
    @scripts/db-serve "$@"

# Delete a retained instance, by name, with a final snapshot, after two questions [--yes]
[group('restore')]
db-release instance="" env="" *flags:
    @scripts/db-release "$@"

# Rehearse a restore: the latest backup, in a temporary stack, with a report of the times [--yes]
[group('restore')]
db-drill env="" *flags:
    @scripts/db-drill "$@"

# Rehearse the loss of a region: the copies of its backups, in a temporary stack of the other one, with a report of the times [--yes]
[group('restore')]
db-drill-region env="" *flags:
    @scripts/db-drill-region "$@"

# Rotate the database's password and restart the pods, after a question [--yes] [--with-other-changes]
[group('act')]
db-rotate env="" *flags:
    @scripts/db-rotate "$@"

# Run preview, up, outputs or destroy on the real engine against a simulated cloud: just sandbox up prod
[group('develop')]
sandbox *args:
    @go build -buildvcs=false -o bin/sandbox ./tests/sandbox
    @bin/sandbox "$@"

# Install what the tests need, and run all of them
[group('develop')]
test *args:
    go run ./tests/all {{ args }}

# Check every row of docs/why/faults.md and docs/reference/transitions.md on the engine, and what concerns Kubernetes on real clusters; takes many minutes
[group('develop')]
prove *args:
    go test -count=1 -tags prove ./tests/changes ./tests/faults -run 'TestTransitions|TestFaults' -timeout 45m {{ args }}
    go run ./tests/all -tools
    TEST_ON_CLUSTER=1 go test -count=1 -tags prove ./tests/delivery ./tests/lifecycle ./tests/credentials ./tests/faults -p 1 -parallel 4 -timeout 45m

# Rewrite the golden files, the generated documentation, the JSON Schema of stack files and the policies
[group('develop')]
golden *flags:
    @scripts/golden "$@"

# Bring the prices of the estimate up to date from AWS's public price list, and print what changed [--from=URL]
[group('develop')]
prices *flags:
    @scripts/prices "$@"

# Read the parameters of RDS from AWS into the catalogues, which values of database.parameters are held to [--region=NAME]
[group('develop')]
parameter-catalogues *flags:
    @scripts/parameter-catalogues "$@"

# Run everything that CI runs
[group('develop')]
ci:
    .ci/run
