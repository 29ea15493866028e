# The operations of mosaic-database. Needs the Pulumi CLI, Go and, for a real stack, AWS credentials.

# One build cache for tests, linters and the CLI's own builds of the program.
export GOFLAGS := "-trimpath"

# List the recipes
default:
    @just --list --unsorted

# Show what an up would change
[group('deploy')]
preview stack:
    pulumi preview --stack {{ stack }} --diff

# Change the stack, after a preview and a question
[group('deploy')]
up stack:
    pulumi up --stack {{ stack }}

# Preview, up, outputs or destroy on the real engine with a simulated cloud: just sandbox up prod
[group('develop')]
sandbox *args:
    go run ./tests/sandbox {{ args }}

# Run the tests
[group('develop')]
test:
    go test ./...

# Prove every row of docs/faults.md and docs/transitions.md on the engine: minutes
[group('develop')]
prove *args:
    go test ./tests -exhaustive -timeout 45m {{ args }}

# Rewrite the golden files and the generated documentation
[group('develop')]
golden:
    go test ./tests -run 'TestGraph|TestManifests|TestDocsAreCurrent' -update

# Everything that CI runs
[group('develop')]
ci:
    .ci/run
