# The operations of mosaic-database. Each takes the environment, such as prod, or the stack that is selected, and finds
# everything else in the stack's outputs.

set positional-arguments

# One build cache for tests, linters and the CLI's own builds of the program.
export GOFLAGS := "-trimpath"

# List the recipes
default:
    @just --list --unsorted

# Show what db-deploy would change
[group('deploy')]
db-diff env="":
    @scripts/db-diff "$@"

# Make or change the stack, after a preview and a question [--yes]
[group('deploy')]
db-deploy env="" *flags:
    @scripts/db-deploy "$@"

# Make what a stack and its pipeline need in an empty account, for a GitHub repository such as acme/database [--yes --approve-previews --open-previews]
[group('deploy')]
bootstrap env repository *flags:
    @scripts/bootstrap "$@"

# Print the values of the application's chart
[group('deploy')]
gitops-values env="":
    @scripts/gitops-values "$@"

# Commit these values to the checkout GITOPS_DIR and push them, after a question [--yes]
[group('deploy')]
gitops-deploy env="" *flags:
    @scripts/gitops-deploy "$@"

# Install that version of HELM_CHART with these values, after a question [--yes]
[group('deploy')]
helm-deploy version env="" *flags:
    @scripts/helm-deploy "$@"

alias preview := db-diff
alias up := db-deploy

# Show what the database is, where it is, how it is doing and what it costs [--json]
[group('look')]
db-info env="" *flags:
    @scripts/db-info "$@"

# Follow the way from the instance to the pods, link by link: which one is broken?
[group('look')]
db-check env="":
    @scripts/db-check "$@"

# Show the last ten minutes of the log [--upgrade: of upgrades] [--follow]
[group('look')]
db-logs env="" *flags:
    @scripts/db-logs "$@"

# Show who holds the connections, and how many are left
[group('look')]
db-connections env="":
    @scripts/db-connections "$@"

# Show what the database works on, the longest first
[group('look')]
db-slow-queries env="":
    @scripts/db-slow-queries "$@"

# Show the schema's revision
[group('look')]
db-migrate-status env="":
    @scripts/db-migrate-status "$@"

# Show what the last migration printed, and its pods [--follow]
[group('look')]
db-migrate-logs env="" *flags:
    @scripts/db-migrate-logs "$@"

# List the snapshots, and the last moment that can be restored
[group('look')]
db-snapshots env="":
    @scripts/db-snapshots "$@"

# Open psql in a pod that goes with the session
[group('act')]
db-shell env="":
    @scripts/db-shell "$@"

# Forward a port of this machine to the database, by Session Manager, until Ctrl-C
[group('act')]
db-tunnel env="":
    @scripts/db-tunnel "$@"

# Print the connection secret, password and all
[group('act')]
db-get-credentials env="" *flags:
    @scripts/db-get-credentials "$@"

# Show what stands in the way of a major upgrade
[group('look')]
db-upgrade-check env="":
    @scripts/db-upgrade-check "$@"

# Analyze all tables and update the extensions, after a major upgrade
[group('act')]
db-upgrade-finish env="":
    @scripts/db-upgrade-finish "$@"

# Take a manual snapshot [--wait]
[group('act')]
db-snapshot env="" *flags:
    @scripts/db-snapshot "$@"

# Run the migrations of the current image once more, after a question [--yes]
[group('act')]
db-migrate env="" *flags:
    @scripts/db-migrate "$@"

# Run so many pods of the application, 0 to stop what writes, after a question [--yes]
[group('act')]
app-scale replicas env="" *flags:
    @scripts/app-scale "$@"

# Restart the application's pods one by one, after a question [--yes]
[group('act')]
app-restart env="" *flags:
    @scripts/app-restart "$@"

# Restore a moment, such as 2026-01-31T10:00:00Z or latest, as a new instance, and move to it [--beside] [--yes]
[group('restore')]
db-restore-pitr timestamp env="" *flags:
    @scripts/db-restore-pitr "$@"

# Restore a snapshot as a new instance, and move to it [--beside: without moving] [--yes]
[group('restore')]
db-restore-snapshot snapshot env="" *flags:
    @scripts/db-restore-snapshot "$@"

# Move to another generation of the instance: back after a restore, or on to one made beside [--yes]
[group('restore')]
db-serve generation env="" *flags:
    @scripts/db-serve "$@"

# Delete an instance that does not serve any more, by name, with a final snapshot, after two questions [--yes]
[group('restore')]
db-release instance env="" *flags:
    @scripts/db-release "$@"

# Restore the latest backup into a stack of its own, look at it, report the times, tear it down [--yes]
[group('restore')]
db-drill env="" *flags:
    @scripts/db-drill "$@"

# Give the database another password and restart the pods, after a question [--yes]
[group('act')]
db-rotate env="" *flags:
    @scripts/db-rotate "$@"

# Preview, up, outputs or destroy on the real engine with a simulated cloud: just sandbox up prod
[group('develop')]
sandbox *args:
    go run ./tests/sandbox {{ args }}

# Bring what the tests need, and run all of them
[group('develop')]
test *args:
    go run ./tests/all {{ args }}

# Prove every row of docs/faults.md and docs/transitions.md on the engine: minutes
[group('develop')]
prove *args:
    go test -tags prove ./tests/changes ./tests/faults -run 'TestTransitions|TestFaults' -timeout 45m {{ args }}

# Rewrite the golden files and the generated documentation
[group('develop')]
golden:
    go test ./tests/graph ./tests/docs ./tests/delivery ./tests/lifecycle -run 'TestGraph|TestTheControlsPage|TestManifests|TestDocsAreCurrent|TestScreens' -update
    go test ./internal/config -run TestJSONSchemaIsCurrent -update
    go test ./internal/pipeline -update

# Everything that CI runs
[group('develop')]
ci:
    .ci/run
