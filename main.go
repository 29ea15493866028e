// Command mosaic-database gives an application on EKS its PostgreSQL database. It is the Pulumi program
// of the project in Pulumi.yaml; the Pulumi CLI builds and runs it.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/common/constant"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
)

func main() {
	err := pulumi.RunErr(stack.Deploy)
	if err == nil {
		return
	}
	if reported := new(stack.Reported); !errors.As(err, &reported) {
		fmt.Fprintln(os.Stderr, "error:", err)
	}
	os.Exit(constant.ExitStatusLoggedError)
}
