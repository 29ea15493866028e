package simcloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// client calls a provider as the engine does: with Check first, and without marks on secrets.
type client struct {
	t      *testing.T
	server pulumirpc.ResourceProviderServer
}

func (c client) urn(typ, name string) string { return "urn:pulumi:test::test::" + typ + "::" + name }

func (c client) context() context.Context {
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
	c.t.Cleanup(cancel)
	return ctx
}

func (c client) configure(config Properties) error {
	args, err := encode(config.propertyMap())
	require.NoError(c.t, err)
	_, err = c.server.Configure(c.context(), &pulumirpc.ConfigureRequest{Args: args})
	return err
}

// check returns the checked inputs; failures are an error.
func (c client) check(typ, name string, old, inputs resource.PropertyMap) (resource.PropertyMap, error) {
	olds, err := encode(old)
	require.NoError(c.t, err)
	news, err := encode(inputs)
	require.NoError(c.t, err)
	resp, err := c.server.Check(c.context(), &pulumirpc.CheckRequest{
		Urn: c.urn(typ, name), Type: typ, Name: name, Olds: olds, News: news, RandomSeed: []byte("seed"),
	})
	if err != nil {
		return nil, err
	}
	for _, f := range resp.Failures {
		err = errors.Join(err, fmt.Errorf("%s: %s", f.Property, f.Reason))
	}
	checked, decodeErr := decode(resp.Inputs)
	require.NoError(c.t, decodeErr)
	return checked, err
}

func (c client) create(typ string, inputs Properties) (string, Properties, error) {
	id, outputs, err := c.createIn(false, typ, inputs.propertyMap())
	return id, fromPropertyMap(outputs), err
}

func (c client) createIn(preview bool, typ string, inputs resource.PropertyMap) (string, resource.PropertyMap, error) {
	checked, err := c.check(typ, "thing", nil, inputs)
	if err != nil {
		return "", nil, err
	}
	encoded, err := encode(checked)
	require.NoError(c.t, err)
	resp, err := c.server.Create(c.context(), &pulumirpc.CreateRequest{
		Urn: c.urn(typ, "thing"), Type: typ, Name: "thing", Properties: encoded, Preview: preview,
	})
	if err != nil {
		return "", nil, err
	}
	outputs, err := plugin.UnmarshalProperties(resp.Properties, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	require.NoError(c.t, err)
	return resp.Id, outputs, nil
}

// must creates a resource that others need.
func (c client) must(typ string, inputs Properties) (string, Properties) {
	c.t.Helper()
	id, outputs, err := c.create(typ, inputs)
	require.NoError(c.t, err)
	return id, outputs
}

// change updates a resource from one set of inputs to another, after its diff.
func (c client) change(cloud *Cloud, typ, id string, from, to Properties) (*pulumirpc.DiffResponse, error) {
	old, err := c.check(typ, "thing", nil, from.propertyMap())
	require.NoError(c.t, err)
	now, err := c.check(typ, "thing", old, to.propertyMap())
	if err != nil {
		return nil, err
	}
	var outputs resource.PropertyMap
	for _, o := range cloud.Objects(typ) {
		if o.ID == id {
			outputs = o.Properties.propertyMap()
		}
	}
	oldInputs, err := encode(old)
	require.NoError(c.t, err)
	news, err := encode(now)
	require.NoError(c.t, err)
	olds, err := encode(outputs)
	require.NoError(c.t, err)
	diff, err := c.server.Diff(c.context(), &pulumirpc.DiffRequest{
		Id: id, Urn: c.urn(typ, "thing"), Type: typ, Name: "thing", OldInputs: oldInputs, Olds: olds, News: news,
	})
	if err != nil || len(diff.Replaces) > 0 {
		return diff, err
	}
	_, err = c.server.Update(c.context(), &pulumirpc.UpdateRequest{
		Id: id, Urn: c.urn(typ, "thing"), Type: typ, Name: "thing", OldInputs: oldInputs, Olds: olds, News: news,
	})
	return diff, err
}

func (c client) remove(typ, id string) error {
	_, err := c.server.Delete(c.context(), &pulumirpc.DeleteRequest{
		Id: id, Urn: c.urn(typ, "thing"), Type: typ, Name: "thing",
	})
	return err
}

func (c client) invoke(token string, args Properties) (Properties, error) {
	encoded, err := encode(args.propertyMap())
	require.NoError(c.t, err)
	resp, err := c.server.Invoke(c.context(), &pulumirpc.InvokeRequest{Tok: token, Args: encoded})
	if err != nil {
		return nil, err
	}
	result, err := decode(resp.Return)
	require.NoError(c.t, err)
	return fromPropertyMap(result), nil
}

// with is a copy with some properties changed; nil takes one away.
func (p Properties) with(changes Properties) Properties {
	changed := maps.Clone(p)
	for name, value := range changes {
		if changed[name] = value; value == nil {
			delete(changed, name)
		}
	}
	return changed
}

// world is a cloud with both providers configured, and the inputs of what a database needs.
type world struct {
	*testing.T
	cloud     *Cloud
	aws, kube client
	eks       Properties
	instance  Properties // inputs of an instance whose dependencies exist
	group     string     // id of its security group
}

func newWorld(t *testing.T) *world { return newWorldOf(t, "111122223333") }

func newWorldOf(t *testing.T, account string) *world {
	t.Helper()
	cloud, err := Open("")
	require.NoError(t, err)
	cloud.AccountID = account
	w := &world{
		T: t, cloud: cloud,
		aws: client{t, newEndpoint(cloud, &aws{cloud})}, kube: client{t, newEndpoint(cloud, &kubernetes{cloud})},
	}
	require.NoError(t, w.aws.configure(Properties{
		"region": "us-east-1", "allowedAccountIds": fmt.Sprintf("[%q]", account), "defaultTags": `{"tags":{"project":"mosaic"}}`,
	}))
	w.eks, err = w.aws.invoke("aws:eks/getCluster:getCluster", Properties{"name": "mosaic-prod"})
	require.NoError(t, err)
	require.NoError(t, w.kube.configure(Properties{"kubeconfig": kubeconfigOf(w.eks, "mosaic-prod")}))
	return w
}

// network creates what an instance depends on.
func (w *world) network() {
	w.Helper()
	w.aws.must(subnetGroupType, Properties{"name": "db", "subnetIds": w.privateSubnets("mosaic-prod")})
	w.aws.must(subnetGroupType, Properties{"name": "other", "subnetIds": w.privateSubnets("mosaic-prod")})
	w.aws.must(parameterGroupType, Properties{"name": "pg16", "family": "postgres16"})
	w.group, _ = w.aws.must(securityGroupType, Properties{"name": "db", "vpcId": w.eks.Text("vpcConfig", "vpcId")})
	w.instance = Properties{
		"identifier": "mosaic-prod-db", "instanceClass": "db.t3.micro", "engine": "postgres", "engineVersion": "16",
		"allocatedStorage": 20, "maxAllocatedStorage": 100, "storageType": "gp3", "storageEncrypted": true,
		"username": "mosaicadmin", "password": "correcthorse", "dbName": "mosaic", "dbSubnetGroupName": "db",
		"parameterGroupName": "pg16", "vpcSecurityGroupIds": texts(w.group), "skipFinalSnapshot": true,
		"backupRetentionPeriod": 7,
	}
}

// privateSubnets are the ids of the private subnets of a cluster.
func (w *world) privateSubnets(cluster string) []any {
	c, _ := findCluster(func(c eksCluster) bool { return c.name == cluster })
	var ids []string
	for _, s := range c.subnets("us-east-1") {
		if !s.public {
			ids = append(ids, s.id)
		}
	}
	return texts(ids...)
}

func kubeconfigOf(eks Properties, tokenFor string) string {
	return fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"c",
"clusters":[{"name":"c","cluster":{"server":%q,"certificate-authority-data":%q}}],
"contexts":[{"name":"c","context":{"cluster":"c","user":"u"}}],
"users":[{"name":"u","user":{"exec":{"apiVersion":"client.authentication.k8s.io/v1beta1","command":"aws",
"args":["eks","get-token","--cluster-name",%q]}}}]}`,
		eks.Text("endpoint"), eks.List("certificateAuthorities")[0].Text("data"), tokenFor)
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" {
		assert.NoError(t, err)
		return
	}
	assert.ErrorContains(t, err, want)
}

func encodeJSON(v any) string {
	content, _ := json.Marshal(v)
	return strings.TrimSpace(string(content))
}
