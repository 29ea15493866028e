package pipeline

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTarget(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.prod.yaml"), []byte(text), 0o600))
	}
	write(`secretsprovider: awskms://alias/x
config:
  aws:region: us-gov-west-1
  aws:allowedAccountIds:
    - "012345678901"
  mosaic-database:environment: live
  mosaic-database:cluster: {name: apps}
`)
	target, err := ReadTarget(dir, "prod")
	require.NoError(t, err)
	assert.Equal(t, `environment=live
account=012345678901
region=us-gov-west-1
partition=aws-us-gov
cluster=apps
namespace=mosaic-live
own_namespace=false
bucket=mosaic-state-012345678901-us-gov-west-1
backend=s3://mosaic-state-012345678901-us-gov-west-1?region=us-gov-west-1
key=alias/mosaic-live-state
preview_role=arn:aws-us-gov:iam::012345678901:role/mosaic-live-pipeline-preview
deploy_role=arn:aws-us-gov:iam::012345678901:role/mosaic-live-pipeline-deploy
drill_role=arn:aws-us-gov:iam::012345678901:role/mosaic-live-pipeline-drill
`, target.Lines())

	for _, wrong := range []string{"config: {}", "config: {aws:region: us-east-1}", "config: [", `config: {aws:region: us-east-1, aws:allowedAccountIds: ["1", "2"]}`} {
		write(wrong)
		_, err := ReadTarget(dir, "prod")
		assert.ErrorContains(t, err, "Pulumi.prod.yaml", wrong)
	}
	for _, stack := range []string{"dev", "prod"} {
		target, err := ReadTarget(root, stack)
		require.NoError(t, err)
		assert.Equal(t, "mosaic-"+stack, target.Cluster, "of the committed stack file")
		assert.Equal(t, stack == "dev", target.OwnNamespace)
	}
}
