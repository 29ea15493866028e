package conformance

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/mosaic-stories/mosaic-database/tests/eks"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

// place is where a row is, the same on both sides.
type place struct{ account, namespace string }

// side is one of the clouds of a row.
type side struct {
	*testing.T
	place
	cloud     *simcloud.Cloud
	aws, kube pulumirpc.ResourceProviderClient
	state     map[string]*made // by kind and name
	timeout   float64          // of the calls, seconds
	options   properties       // of the kubernetes provider
	said      strings.Builder
}

// made is what the engine's state has of an object.
type made struct {
	typ, name, id   string
	inputs, outputs resource.PropertyMap
}

func newSide(t *testing.T, at place) *side {
	t.Helper()
	cloud, err := simcloud.Open("")
	require.NoError(t, err)
	cloud.AccountID = at.account
	// A container of a simulated Job is a process of this machine, too.
	cloud.RunContainer = func(command []string, environment map[string]string) error {
		cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
		for name, value := range environment {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		out, err := cmd.CombinedOutput()
		if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
			return &exit{ExitError: failed, said: string(out)}
		}
		return err
	}
	return &side{T: t, place: at, cloud: cloud, state: map[string]*made{}, timeout: 20}
}

// exit is the end of a command that failed, with what it said.
type exit struct {
	*exec.ExitError
	said string
}

func (e *exit) Error() string { return e.said }

// furnish makes the namespace in the simulated cluster.
func (s *side) furnish() {
	require.NoError(s, s.cloud.Add(simcloud.Object{Kind: token("v1", "Namespace"), Cluster: cluster, ID: s.namespace, Properties: simcloud.Properties{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": s.namespace},
	}}))
}

// join makes the real cluster that of the cloud. Who calls it may do everything: what the roles of the pipeline may do is tested elsewhere.
func (s *side) join(c *eks.Cluster) {
	shared.namespaces.Lock() // they have a ClusterRole in common
	err := c.Namespace(s.Context(), s.namespace)
	shared.namespaces.Unlock()
	require.NoError(s, err)
	leave, err := c.Join(s.cloud, eks.Admin, s.namespace)
	require.NoError(s, err)
	s.Cleanup(leave)
}

const (
	cluster = "mosaic-prod"
	region  = "us-east-1"
)

// configure connects to the providers, as the engine does.
func (s *side) configure() {
	s.Helper()
	providers, err := s.cloud.Serve()
	require.NoError(s, err)
	s.Cleanup(providers.Close)
	for _, attached := range strings.Split(providers.Env(), ",") {
		name, port, _ := strings.Cut(attached, ":")
		connection, err := grpc.NewClient(net.JoinHostPort("127.0.0.1", port), grpc.WithTransportCredentials(insecure.NewCredentials()))
		require.NoError(s, err)
		s.Cleanup(func() { _ = connection.Close() })
		switch client := pulumirpc.NewResourceProviderClient(connection); name {
		case "aws":
			s.aws = client
		case "kubernetes":
			s.kube = client
		}
	}
	_, err = s.aws.Configure(s.Context(), &pulumirpc.ConfigureRequest{Args: s.encode(properties{
		"region": region, "allowedAccountIds": fmt.Sprintf("[%q]", s.account),
	})})
	require.NoError(s, err)
	found, err := s.aws.Invoke(s.Context(), &pulumirpc.InvokeRequest{Tok: "aws:eks/getCluster:getCluster", Args: s.encode(properties{"name": cluster})})
	require.NoError(s, err)
	eks := found.Return.AsMap()
	authority := eks["certificateAuthorities"].([]any)[0].(map[string]any)["data"]
	s.connect(fmt.Sprintf(kubeconfig, eks["endpoint"], authority, cluster), properties{})
}

const kubeconfig = `{"apiVersion":"v1","kind":"Config","current-context":"c",
"clusters":[{"name":"c","cluster":{"server":%q,"certificate-authority-data":%q}}],
"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],
"users":[{"name":"u","user":{"exec":{"apiVersion":"client.authentication.k8s.io/v1beta1","command":"aws",
"args":["eks","get-token","--cluster-name",%q]}}}]}`

// connect configures the kubernetes provider.
func (s *side) connect(kubeconfig string, options properties) {
	options["kubeconfig"] = kubeconfig
	s.options = options
	s.reconnect()
}

// reconnect configures the kubernetes provider with other options.
func (s *side) reconnect() {
	_, err := s.kube.Configure(s.Context(), &pulumirpc.ConfigureRequest{Args: s.encode(s.options)})
	require.NoError(s, err)
}

type properties = map[string]any

func (s *side) encode(values properties) *structpb.Struct {
	return s.encoded(resource.NewPropertyMapFromMap(values))
}

func (s *side) encoded(values resource.PropertyMap) *structpb.Struct {
	encoded, err := plugin.MarshalProperties(values, plugin.MarshalOptions{KeepUnknowns: true})
	require.NoError(s, err)
	return encoded
}

func (s *side) decoded(values *structpb.Struct) resource.PropertyMap {
	decoded, err := plugin.UnmarshalProperties(values, plugin.MarshalOptions{KeepUnknowns: true})
	require.NoError(s, err)
	return decoded
}

// eventually waits until the cluster is as it will be.
func (s *side) eventually(is func() bool) {
	require.NoError(s, s.cloud.Sync())
	require.Eventually(s, is, 10*time.Second, 50*time.Millisecond)
}
