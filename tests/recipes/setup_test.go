package recipes

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/internal/stack"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// deploy deploys prod in an empty folder.
func deploy(ctx context.Context, dir string, overrides ...engine.Override) error {
	env, err := engine.New(ctx, engine.Options{Dir: dir, Project: root, Stack: "prod", Program: stack.Deploy, Stderr: os.Stderr, Quick: true, Overrides: overrides})
	if err != nil {
		return err
	}
	defer env.Close()
	_, err = env.Up(ctx)
	return err
}

// deployed is a folder in which prod is deployed, for this test only.
func deployed(t *testing.T) string {
	t.Helper()
	needsCLI(t)
	require.NoError(t, deployShared())
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(sharedDir)))
	return dir
}

// outputsOnly is a folder in which prod is deployed, for tests that only read its outputs, because two runs cannot share a folder.
func outputsOnly(t *testing.T) string {
	t.Helper()
	needsCLI(t)
	require.NoError(t, deployShared())
	return sharedDir
}

func needsCLI(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the real Pulumi CLI, which takes minutes to build the first time")
	}
}

// outputOf reads an output of the stack in a folder.
func outputOf(t *testing.T, state, name string) string {
	t.Helper()
	return outputsOf(t, state)[name].(string)
}

// outputsOf reads all outputs of the stack in a folder.
func outputsOf(t *testing.T, state string) map[string]any {
	t.Helper()
	env, err := engine.New(t.Context(), engine.Options{Dir: state, Project: root, Stack: "prod", Program: stack.Deploy})
	require.NoError(t, err)
	defer env.Close()
	text, err := env.Outputs(t.Context())
	require.NoError(t, err)
	var all map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &all))
	return all
}

// tunnel is a session that forwards a port to the database of prod.
func tunnel(target, port string) call {
	return on("aws --region us-east-1 ssm start-session --target "+target+" --document-name AWS-StartPortForwardingSessionToRemoteHost "+
		`--parameters {"host":["mosaic-prod-db.ce51ce8a511c.us-east-1.rds.amazonaws.com"],"portNumber":["5432"],"localPortNumber":["`+port+`"]}`, "")
}

func setting(key string) call {
	return on("pulumi config get --stack prod --non-interactive --path mosaic-database:"+key, "").do(runPulumi)
}

func raising(key, to string) call {
	return on("pulumi config set --stack prod --non-interactive --path mosaic-database:"+key+" "+to, "").do(runPulumi)
}

// inCluster are the calls that connect to the cluster, and those that follow.
func inCluster(calls ...call) []call {
	return append(append([]call{outputs, account}, cluster...), calls...)
}

// inClusterOf is inCluster with other outputs.
func inClusterOf(json string) []call {
	return append([]call{on(strings.Join(outputs.argv, " "), "").do("echo '" + json + "'"), account}, cluster...)
}

// inPod are the calls of psql in a temporary pod.
func inPod(exec call) []call { return inCluster(setting("pods"), createPod, waitPod, exec, deletePod) }
