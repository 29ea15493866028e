// Command measure measures how long it takes to build this project's program from an empty cache, and to preview it, in comparison with
// a Pulumi program that does nothing. docs/reference/performance.md has its tables. It is no test, because other load on the machine changes the
// figures.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

const usage = `usage: go run ./tests/measure build [import path ...]
       go run ./tests/measure preview [runs]
       go run ./tests/measure growth [runs]
       go run ./tests/measure lookups [runs]

build    from an empty build cache; then each import path, in the same cache
preview  nothing changed, and a program that changed
growth   with more replicas, and with more applications
lookups  how many of the lookups in AWS follow one another
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s", usage)
	}
	verb, rest := args[0], args[1:]
	if verb == "build" {
		return build(ctx, rest)
	}
	runs := 5
	if len(rest) > 0 {
		if _, err := fmt.Sscan(rest[0], &runs); err != nil || runs < 1 {
			return fmt.Errorf("%q is no number of runs", rest[0])
		}
	}
	switch verb {
	case "preview":
		return preview(ctx, runs)
	case "growth":
		return growth(ctx, runs)
	case "lookups":
		return lookups(ctx, runs)
	default:
		return fmt.Errorf("%s", usage)
	}
}
