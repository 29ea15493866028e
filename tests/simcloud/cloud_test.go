package simcloud

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"
)

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.json")
	cloud, err := Open(path)
	require.NoError(t, err)
	c := client{t, newEndpoint(cloud, &aws{cloud})}
	require.NoError(t, c.configure(Properties{"region": "us-east-1", "allowedAccountIds": `["111122223333"]`}))
	c.must(topicType, Properties{"name": "alerts"})
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())

	again, err := Open(path)
	require.NoError(t, err)
	assert.Equal(t, cloud.Objects(topicType), again.Objects(topicType))
	assert.Equal(t, "111122223333", again.account)
	assert.Len(t, again.Objects(namespaceType), 9)

	require.NoError(t, os.WriteFile(path, []byte("{"), 0o600))
	_, err = Open(path)
	wantError(t, err, path)
}

func TestFail(t *testing.T) {
	w := newWorld(t)
	w.cloud.Fail(func(op Operation) error {
		if op.Op == "create" && op.Type == topicType {
			return errors.New("Throttling: Rate exceeded")
		}
		return nil
	})
	_, _, err := w.aws.create(topicType, Properties{"name": "alerts"})
	wantError(t, err, "Throttling")
	assert.Empty(t, w.cloud.Objects(topicType))
	w.cloud.Fail(nil)
	w.aws.must(topicType, Properties{"name": "alerts"})
	log := w.cloud.Log()
	assert.Equal(t, []Operation{
		{Op: "create", Type: topicType, Name: "thing"}, {Op: "create", Type: topicType, Name: "thing"},
	}, log[len(log)-2:])
}

// Two providers of the same package, for different regions, each keep their own configuration.
func TestServe(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	cloud, err := Open("")
	require.NoError(t, err)
	server, err := cloud.Serve()
	require.NoError(t, err)
	defer server.Close()
	ports := map[string]string{}
	for _, attached := range strings.Split(server.Env(), ",") {
		name, port, _ := strings.Cut(attached, ":")
		ports[name] = port
	}
	require.Len(t, ports, 3)

	connect := func(region string) pulumirpc.ResourceProviderClient {
		conn, err := grpc.NewClient("127.0.0.1:"+ports["aws"], grpc.WithTransportCredentials(insecure.NewCredentials()))
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		provider := pulumirpc.NewResourceProviderClient(conn)
		_, err = provider.Attach(ctx, &pulumirpc.PluginAttach{})
		require.NoError(t, err)
		_, err = provider.Configure(ctx, &pulumirpc.ConfigureRequest{Args: &structpb.Struct{
			Fields: map[string]*structpb.Value{"region": structpb.NewStringValue(region)},
		}})
		require.NoError(t, err)
		return provider
	}
	first, second := connect("us-east-1"), connect("eu-west-1")
	for region, provider := range map[string]pulumirpc.ResourceProviderClient{"us-east-1": first, "eu-west-1": second} {
		resp, err := provider.Invoke(ctx, &pulumirpc.InvokeRequest{Tok: "aws:index/getRegion:getRegion"})
		require.NoError(t, err)
		assert.Equal(t, region, resp.Return.Fields["name"].GetStringValue())
	}
	conn, err := grpc.NewClient("127.0.0.1:"+ports["aws"], grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = pulumirpc.NewResourceProviderClient(conn).Invoke(ctx, &pulumirpc.InvokeRequest{Tok: "x"})
	wantError(t, err, "not configured")
}

func TestRandom(t *testing.T) {
	cloud, err := Open("")
	require.NoError(t, err)
	c := client{t, newEndpoint(cloud, &random{})}
	require.NoError(t, c.configure(nil))
	const typ = "random:index/randomPassword:RandomPassword"
	inputs := Properties{"length": 40, "special": false, "keepers": map[string]any{"version": "1"}}
	_, made, err := c.createIn(false, typ, inputs.propertyMap())
	require.NoError(t, err)
	assert.True(t, made["result"].IsSecret())
	assert.True(t, made["bcryptHash"].IsSecret())
	assert.Regexp(t, "^[a-zA-Z0-9]{40}$", fromPropertyMap(made).Text("result"))
	_, other := c.must(typ, inputs)
	assert.NotEqual(t, fromPropertyMap(made).Text("result"), other.Text("result"))

	_, previewed, err := c.createIn(true, typ, inputs.propertyMap())
	require.NoError(t, err)
	assert.True(t, previewed["result"].IsSecret() && previewed["result"].SecretValue().Element.IsComputed())

	diff, err := c.change(cloud, typ, "none", inputs, inputs)
	require.NoError(t, err)
	assert.Empty(t, diff.Diffs)
	diff, err = c.change(cloud, typ, "none", inputs, inputs.with(Properties{"keepers": map[string]any{"version": "2"}}))
	require.NoError(t, err)
	assert.Equal(t, []string{"keepers.version"}, diff.Replaces)

	_, _, err = c.create(typ, inputs.with(Properties{"length": 2, "minUpper": 3}))
	wantError(t, err, "the sum of the minimums")
	id, hexID := c.must("random:index/randomId:RandomId", Properties{"byteLength": 4, "prefix": "a-"})
	assert.Len(t, id, 6)
	assert.Regexp(t, "^a-[0-9a-f]{8}$", hexID.Text("hex"))
}

// Every AWS type in facts.json has rules, and every type with rules is in facts.json.
func TestFactsAndTypes(t *testing.T) {
	f := loadFacts()
	for typ := range awsTypes() {
		assert.Contains(t, f.Resources, typ)
	}
	for typ, known := range f.Resources {
		for name, input := range known.Inputs {
			for _, other := range input.ConflictsWith {
				assert.Contains(t, known.Inputs, other, "%s %s", typ, name)
			}
		}
		if strings.HasPrefix(typ, "aws:") {
			assert.Contains(t, awsTypes(), typ)
		}
	}
}

func TestProperties(t *testing.T) {
	p := Properties{"a": map[string]any{"b": texts("c"), "n": 1.0, "f": true}, "s": "x"}
	assert.Equal(t, []string{"c"}, p.Texts("a", "b"))
	assert.Equal(t, 1.0, p.Number("a", "n"))
	assert.True(t, p.Flag("a", "f"))
	assert.Empty(t, p.Text("s", "deeper"))
	assert.Nil(t, p.Map("s"))
	dropped := resource.PropertyMap{
		"known": resource.NewProperty("x"), "unknown": resource.MakeComputed(resource.NewProperty("")),
		defaultsKey: resource.NewProperty([]resource.PropertyValue{}),
	}
	assert.Equal(t, Properties{"known": "x"}, fromPropertyMap(dropped))
}
