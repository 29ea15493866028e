// Command site prints where a stack is deployed to, from its stack file: account, region, roles, state.
//
//	go run ./internal/pipeline/site prod
package main

import (
	"fmt"
	"os"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "site: name one stack, as in: go run ./internal/pipeline/site prod")
		os.Exit(2)
	}
	site, err := pipeline.ReadSite(".", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
	fmt.Print(site.Lines())
}
