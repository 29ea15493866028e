// Command mosaic-database gives an application on EKS its PostgreSQL database. It is the Pulumi program
// of the project in Pulumi.yaml; the Pulumi CLI builds and runs it.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
)

func main() {
	pulumi.Run(stack.Deploy)
}
