package engine

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mosaic-stories/mosaic-database/tests/build"
)

const (
	cliSource = cliModule + "/cmd/pulumi"
	// versionVar is the variable that a release of the CLI sets to its version at link time.
	versionVar = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
)

// compile compiles the CLI in a temporary folder and then moves it into its folder in one step, so that an interrupted build leaves
// nothing that looks like a CLI.
func compile(ctx context.Context, root, version, into string, progress io.Writer) error {
	temp, err := os.MkdirTemp(filepath.Dir(into), "build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	err = build.Go{
		Name: "the Pulumi CLI " + version, Module: filepath.Join(root, "tests", "cli"), Package: cliSource,
		Linked: []string{fmt.Sprintf("%s=%s", versionVar, version)},
		// A folder, so that the go command chooses the file name for the operating system.
		Output: filepath.Join(temp, "bin") + string(filepath.Separator),
	}.Build(ctx, progress)
	if err != nil {
		return err
	}
	return build.Replace(temp, into)
}
