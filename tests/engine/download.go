package engine

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

const (
	// installScript is the first URL that the Automation API's installer reads.
	installScript = "https://get.pulumi.com/install.sh"
	// refusalPatience is how long to wait for the first answer of the server.
	refusalPatience = 5 * time.Second
	// downloadPatience is how long the whole download may take. Building the CLI takes longer.
	downloadPatience = 4 * time.Minute
)

// download installs the official release of the CLI into a folder, by the Automation API's own installer. It gives up after
// seconds if the server cannot be reached.
func download(ctx context.Context, version, into string) error {
	number, err := semver.Parse(strings.TrimPrefix(version, "v"))
	if err != nil {
		return err
	}
	if err := reachable(ctx, installScript); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(filepath.Dir(into), "download-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	limited, cancel := context.WithTimeout(ctx, downloadPatience)
	defer cancel()
	cli, err := auto.InstallPulumiCommand(limited, &auto.PulumiCommandOptions{Version: number, Root: temp})
	if err != nil {
		return err
	}
	if got := cli.Version(); !got.EQ(number) {
		return fmt.Errorf("what was downloaded is v%s", got)
	}
	if err := os.RemoveAll(into); err != nil {
		return err
	}
	return os.Rename(temp, into)
}

// reachable returns an error if a URL does not answer within seconds.
func reachable(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, refusalPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	return nil
}
