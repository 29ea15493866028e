package simcloud

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/status"
)

// chain is the inputs of everything from the database to the migration; each test breaks a link.
type chain struct {
	secret, value, trust, policy, role Properties
	account, store, external, job      Properties
}

func manifest(apiVersion, kind, name string, rest Properties) Properties {
	return Properties{
		"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any{"name": name, "namespace": "mosaic-prod"},
	}.with(rest)
}

func metadata(name string, annotations map[string]any) map[string]any {
	return map[string]any{"name": name, "namespace": "mosaic-prod", "annotations": annotations}
}

var untilReady = map[string]any{"pulumi.com/waitFor": "condition=Ready"}

func (w *world) chain() *chain {
	issuer := strings.TrimPrefix(w.eks.List("identities")[0].List("oidcs")[0].Text("issuer"), "https://")
	return &chain{
		secret: Properties{"name": "mosaic/prod/rds/connection"},
		value:  Properties{"password": "correcthorse", "scheme": "postgresql"},
		trust: Properties{
			"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
			"Principal": map[string]any{"Federated": "arn:aws:iam::111122223333:oidc-provider/" + issuer},
			"Condition": map[string]any{"StringEquals": map[string]any{
				issuer + ":sub": "system:serviceaccount:mosaic-prod:core-api", issuer + ":aud": "sts.amazonaws.com",
			}},
		},
		policy: Properties{"Effect": "Allow", "Action": []any{"secretsmanager:GetSecretValue"}},
		role:   Properties{"name": "mosaic-prod-core-api-secrets-role"},
		account: manifest("v1", "ServiceAccount", "core-api", Properties{"metadata": metadata("core-api", map[string]any{
			"eks.amazonaws.com/role-arn": "arn:aws:iam::111122223333:role/mosaic-prod-core-api-secrets-role",
		})}),
		store: manifest("external-secrets.io/v1", "SecretStore", "", Properties{
			"metadata": metadata("aws-secrets-manager", untilReady),
			"spec": map[string]any{"provider": map[string]any{"aws": map[string]any{
				"service": "SecretsManager", "region": "us-east-1",
				"auth": map[string]any{"jwt": map[string]any{"serviceAccountRef": map[string]any{"name": "core-api"}}},
			}}},
		}),
		external: manifest("external-secrets.io/v1", "ExternalSecret", "", Properties{
			"metadata": metadata("core-api-db", untilReady),
			"spec": map[string]any{
				"refreshInterval": "5m0s", "secretStoreRef": map[string]any{"name": "aws-secrets-manager", "kind": "SecretStore"},
				"target": map[string]any{"name": "core-api-db-secret", "template": map[string]any{
					"engineVersion": "v2", "data": map[string]any{"DB_URL": "{{ .url }}"},
				}},
				"data": []any{map[string]any{
					"secretKey": "url", "remoteRef": map[string]any{"key": "mosaic/prod/rds/connection", "property": "url"},
				}},
			},
		}),
		job: migration("core-api-migration-1", "core-api-db-secret", "DB_URL"),
	}
}

func migration(name, secret, key string) Properties {
	return manifest("batch/v1", "Job", name, Properties{"spec": map[string]any{
		"template": map[string]any{"spec": map[string]any{
			"restartPolicy": "Never", "serviceAccountName": "core-api",
			"containers": []any{map[string]any{
				"name": "migration", "image": "core-api:1", "terminationMessagePolicy": "FallbackToLogsOnError", "command": texts("alembic", "upgrade", "head"),
				"env": []any{map[string]any{"name": "DB_URL", "valueFrom": map[string]any{
					"secretKeyRef": map[string]any{"name": secret, "key": key},
				}}},
			}},
		}},
	}})
}

// make creates the chain in order and returns the first error.
func (w *world) make(c *chain) error {
	w.network()
	_, db := w.aws.must(instanceType, w.instance)
	arn, _ := w.aws.must(secretType, c.secret)
	if c.value != nil {
		url := fmt.Sprintf("%s://mosaicadmin:%s@%s/mosaic?sslmode=require", c.value.Text("scheme"), c.value.Text("password"), db.Text("endpoint"))
		w.aws.must(secretVersionType, Properties{"secretId": arn, "secretString": encodeJSON(map[string]any{"url": url})})
	}
	w.aws.must(roleType, c.role.with(Properties{
		"assumeRolePolicy": encodeJSON(map[string]any{"Statement": []any{map[string]any(c.trust)}}),
	}))
	policy := Properties{"Resource": texts(arn)}.with(c.policy)
	w.aws.must(rolePolicyType, Properties{
		"role": c.role.Text("name"), "name": "p", "policy": encodeJSON(map[string]any{"Statement": []any{map[string]any(policy)}}),
	})
	for _, step := range []struct {
		typ    string
		inputs Properties
	}{{serviceAccountType, c.account}, {secretStoreType, c.store}, {externalSecretType, c.external}, {jobType, c.job}} {
		if step.inputs == nil {
			continue
		}
		if _, _, err := w.kube.create(step.typ, step.inputs); err != nil {
			return err
		}
	}
	return nil
}

// explained is an error with what the controllers say beside the conditions of the objects.
func (w *world) explained(err error) error {
	for _, event := range w.cloud.Events() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, event)
		}
	}
	return err
}

// set changes a value in nested maps.
func set(p Properties, value any, path ...string) {
	var m = map[string]any(p)
	for _, name := range path[:len(path)-1] {
		m = m[name].(map[string]any)
	}
	if last := path[len(path)-1]; value == nil {
		delete(m, last)
	} else {
		m[last] = value
	}
}

func TestChain(t *testing.T) {
	issuer := eksCluster{name: "mosaic-prod"}.issuer("us-east-1")
	equals := []string{"Condition", "StringEquals"}
	for name, tc := range map[string]struct {
		fault func(c *chain)
		want  string
	}{
		"whole":             {func(*chain) {}, ""},
		"no ServiceAccount": {func(c *chain) { c.account = nil }, `ServiceAccount "core-api" not found`},
		"no annotation":     {func(c *chain) { set(c.account, nil, "metadata", "annotations") }, "an IAM role must be associated with service account core-api"},
		"no role":           {func(c *chain) { c.role["name"] = "other" }, "the role arn:aws:iam::111122223333:role/mosaic-prod-core-api-secrets-role does not exist"},
		"another subject": {func(c *chain) {
			set(c.trust, "system:serviceaccount:mosaic-prod:other", append(equals, issuer+":sub")...)
		}, "sub to be [system:serviceaccount:mosaic-prod:other]"},
		"another audience":       {func(c *chain) { set(c.trust, "x", append(equals, issuer+":aud")...) }, "aud to be [x]"},
		"no audience":            {func(c *chain) { set(c.trust, nil, append(equals, issuer+":aud")...) }, "must compare"},
		"pattern":                {func(c *chain) { c.trust["Condition"] = map[string]any{"StringLike": map[string]any{}} }, "must compare"},
		"another provider":       {func(c *chain) { set(c.trust, "arn:aws:iam::111122223333:oidc-provider/x", "Principal", "Federated") }, "names the principal"},
		"another action":         {func(c *chain) { c.trust["Action"] = "sts:AssumeRole" }, "the trust policy does not allow it"},
		"jwt without an account": {func(c *chain) { set(c.store, map[string]any{}, "spec", "provider", "aws", "auth", "jwt") }, "the operator has no AWS credentials of its own"},
		"no store":               {func(c *chain) { c.store = nil }, `could not get SecretStore "aws-secrets-manager", not found`},
		"no store reference":     {func(c *chain) { set(c.external, nil, "spec", "secretStoreRef") }, "give the name of a SecretStore"},
		"empty spec":             {func(c *chain) { set(c.external, nil, "spec", "data") }, `[CreateContainerConfigError] secret "core-api-db-secret" not found`},
		"another region":         {func(c *chain) { set(c.store, "eu-west-1", "spec", "provider", "aws", "region") }, "not authorized to perform: secretsmanager:GetSecretValue on resource: mosaic/prod/rds/connection because"},
		"another secret":         {func(c *chain) { c.policy["Resource"] = "arn:aws:secretsmanager:us-east-1:111122223333:secret:x" }, "is not authorized to perform: secretsmanager:GetSecretValue"},
		"denied":                 {func(c *chain) { c.policy["Effect"] = "Deny" }, "is not authorized"},
		"another permission":     {func(c *chain) { c.policy["Action"] = "secretsmanager:DescribeSecret" }, "is not authorized"},
		"another name":           {func(c *chain) { c.secret["name"] = "mosaic/dev/rds/connection" }, "on resource: mosaic/prod/rds/connection because no identity-based policy allows"},
		"customer's key":         {func(c *chain) { c.secret["kmsKeyId"] = "arn:aws:kms:us-east-1:111122223333:key/k" }, "GetSecretValue: AccessDeniedException: Access to KMS is not allowed"},
		"no value":               {func(c *chain) { c.value = nil }, "can't find the specified secret value for staging label: AWSCURRENT"},
		"another field":          {func(c *chain) { set(c.external, "{{ .dburl }}", "spec", "target", "template", "data", "DB_URL") }, "map has no entry"},
		"urlquery": {func(c *chain) {
			set(c.external, "{{ .url | urlquery }}", "spec", "target", "template", "data", "DB_URL")
		}, "urlquery is not for passwords"},
		"another Secret":    {func(c *chain) { c.job = migration("m", "other", "DB_URL") }, `[CreateContainerConfigError] secret "other" not found`},
		"another key":       {func(c *chain) { c.job = migration("m", "core-api-db-secret", "URL") }, "couldn't find key URL in Secret mosaic-prod/core-api-db-secret"},
		"no ExternalSecret": {func(c *chain) { c.external = nil }, `secret "core-api-db-secret" not found`},
		"another password":  {func(c *chain) { c.value["password"] = "staple" }, `password authentication failed for user "mosaicadmin"`},
		"driver in the URL": {func(c *chain) { c.value["scheme"] = "postgresql+psycopg" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.chain()
			tc.fault(c)
			wantError(t, w.explained(w.make(c)), tc.want)
		})
	}
}

// Without the annotation nothing waits for the Secret, and only the Job fails.
func TestNoWait(t *testing.T) {
	w := newWorld(t)
	c := w.chain()
	set(c.store, nil, "metadata", "annotations")
	set(c.external, nil, "metadata", "annotations")
	c.account, c.job = nil, nil
	require.NoError(t, w.make(c))
	assert.Empty(t, w.cloud.Objects(kubeSecretType))
}

func TestSecretAndItsOwner(t *testing.T) {
	w := newWorld(t)
	c := w.chain()
	require.NoError(t, w.make(c))
	secrets := w.cloud.Objects(kubeSecretType)
	require.Len(t, secrets, 1)
	url, err := base64.StdEncoding.DecodeString(secrets[0].Properties.Text("data", "DB_URL"))
	require.NoError(t, err)
	assert.Contains(t, string(url), "postgresql://mosaicadmin:correcthorse@mosaic-prod-db.")
	log := w.cloud.Log()
	assert.Equal(t, "alembic upgrade head in core-api:1", log[len(log)-1].Text)

	// The operator reads a new value when the ExternalSecret changes, or after its interval.
	w.aws.must(secretVersionType, Properties{"secretId": "mosaic/prod/rds/connection", "secretString": `{"url":"new"}`})
	current := func() string {
		value, err := base64.StdEncoding.DecodeString(w.cloud.Objects(kubeSecretType)[0].Properties.Text("data", "DB_URL"))
		require.NoError(t, err)
		return string(value)
	}
	assert.Equal(t, string(url), current())
	require.NoError(t, w.cloud.Sync())
	assert.Equal(t, "new", current())
	var stages [][]string
	for _, version := range w.cloud.Objects(secretVersionType) {
		stages = append(stages, version.Properties.Texts("versionStages"))
	}
	assert.ElementsMatch(t, [][]string{{"AWSCURRENT"}, {"AWSPREVIOUS"}}, stages)

	require.NoError(t, w.kube.remove(externalSecretType, "mosaic-prod/core-api-db"))
	assert.Empty(t, w.cloud.Objects(kubeSecretType), "the owner is gone, and so is what it owns")
	require.NoError(t, w.kube.remove(namespaceType, "mosaic-prod"))
	assert.Empty(t, w.cloud.Objects(jobType))
}

// A partial failure leaves the object in the state, with the reasons.
func TestInitError(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.kube.create(secretStoreType, w.chain().store)
	require.Error(t, err)
	details := status.Convert(err).Details()
	require.Len(t, details, 1)
	failed := details[0].(*pulumirpc.ErrorResourceInitFailed)
	assert.Equal(t, "mosaic-prod/aws-secrets-manager", failed.Id)
	assert.Contains(t, failed.Reasons[1], "Ready=False: InvalidProviderConfig: unable to create client")
	assert.NotEmpty(t, failed.Properties.Fields["spec"])
	assert.Len(t, w.cloud.Objects(secretStoreType), 1)
}

func TestJob(t *testing.T) {
	w := newWorld(t)
	c := w.chain()
	c.job = nil
	require.NoError(t, w.make(c))
	w.cloud.JobResult = func(image string) error { return errors.New("no such revision in " + image) }
	job := migration("core-api-migration-1", "core-api-db-secret", "DB_URL")
	_, _, err := w.kube.create(jobType, job)
	wantError(t, err, ": [Error] no such revision in core-api:1; [BackoffLimitExceeded] Job has reached the specified backoff limit")
	w.cloud.JobResult = nil

	id := "mosaic-prod/core-api-migration-1"
	_, err = w.kube.change(w.cloud, jobType, id, job, job)
	wantError(t, err, "BackoffLimitExceeded") // it failed, and does not run again
	again := job.with(Properties{
		"metadata": metadata("core-api-migration-1", map[string]any{"pulumi.com/replaceUnready": "true"}),
	})
	diff, err := w.kube.change(w.cloud, jobType, id, job, again)
	require.NoError(t, err)
	assert.NotEmpty(t, diff.Replaces)
	assert.True(t, diff.DeleteBeforeReplace)

	_, _, err = w.kube.create(jobType, job)
	wantError(t, err, `jobs.batch "core-api-migration-1" already exists`)
	diff, err = w.kube.change(w.cloud, jobType, id, job, migration("core-api-migration-2", "core-api-db-secret", "DB_URL"))
	require.NoError(t, err)
	assert.Equal(t, []string{"metadata.name"}, diff.Replaces)
	assert.False(t, diff.DeleteBeforeReplace)
	diff, err = w.kube.change(w.cloud, jobType, id, job, migration("core-api-migration-1", "core-api-db-secret", "URL"))
	require.NoError(t, err)
	assert.True(t, diff.DeleteBeforeReplace, "the same name, another template")
}

func TestManifests(t *testing.T) {
	w := newWorld(t)
	c := w.chain()
	spec := func(p Properties, value any, path ...string) Properties {
		changed := p.clone()
		set(changed, value, path...)
		return changed
	}
	for name, tc := range map[string]struct {
		typ    string
		inputs Properties
		want   string
	}{
		"unknown field":      {jobType, spec(c.job, 3, "spec", "backOffLimit"), `unknown field "spec.backOffLimit"`},
		"wrong type":         {jobType, spec(c.job, "3", "spec", "backoffLimit"), "cannot be handled as a Job: json: cannot unmarshal string"},
		"restart policy":     {jobType, spec(c.job, "Always", "spec", "template", "spec", "restartPolicy"), `restartPolicy: Required value: valid values: "OnFailure", "Never"`},
		"no containers":      {jobType, spec(c.job, []any{}, "spec", "template", "spec", "containers"), "containers: Required value"},
		"name":               {jobType, spec(c.job, "Core_API", "metadata", "name"), "metadata.name"},
		"long name":          {jobType, spec(c.job, strings.Repeat("a", 64), "metadata", "name"), "must be no more than 63 characters"},
		"label":              {jobType, spec(c.job, map[string]any{"a": "b c"}, "metadata", "labels"), `metadata.labels: Invalid value: "b c"`},
		"namespace":          {jobType, spec(c.job, "other", "metadata", "namespace"), `namespaces "other" not found`},
		"version":            {jobType, spec(c.job, "batch/v1beta1", "apiVersion"), "apiVersion and kind must be batch/v1 and Job"},
		"old ESO version":    {"kubernetes:external-secrets.io/v1beta1:SecretStore", c.store, `no matches for kind "SecretStore" in version "external-secrets.io/v1beta1"`},
		"unknown ESO field":  {secretStoreType, spec(c.store, "x", "spec", "provider", "aws", "zone"), `unknown field "spec.provider.aws.zone"`},
		"no region":          {secretStoreType, spec(c.store, nil, "spec", "provider", "aws", "region"), "aws.region: Required value"},
		"no service":         {secretStoreType, spec(c.store, nil, "spec", "provider", "aws", "service"), "aws.service: Required value"},
		"no provider":        {secretStoreType, spec(c.store, map[string]any{}, "spec", "provider"), "spec.provider in body should have at least 1 properties"},
		"no account name":    {secretStoreType, spec(c.store, nil, "spec", "provider", "aws", "auth", "jwt", "serviceAccountRef", "name"), "serviceAccountRef.name: Required value"},
		"template engine":    {externalSecretType, spec(c.external, "v1", "spec", "target", "template", "engineVersion"), `supported values: "v2"`},
		"no key":             {externalSecretType, spec(c.external, []any{map[string]any{"secretKey": "a"}}, "spec", "data"), "spec.data[0].remoteRef: Required value"},
		"not a duration":     {externalSecretType, spec(c.external, "5 minutes", "spec", "refreshInterval"), "in duration"},
		"name of an account": {serviceAccountType, spec(c.account, "core_api", "metadata", "name"), "metadata.name"},
		"annotation":         {serviceAccountType, spec(c.account, 1, "metadata", "annotations", "x"), "cannot unmarshal number"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := w.kube.create(tc.typ, tc.inputs)
			wantError(t, err, tc.want)
			if !strings.Contains(tc.want, "namespaces") { // which the program may be about to create
				_, _, err = w.kube.createIn(true, tc.typ, tc.inputs.propertyMap())
				wantError(t, err, tc.want)
			}
		})
	}
}

// The operator writes the interval in its long form, and owns that field from then on.
func TestRefreshInterval(t *testing.T) {
	w := newWorld(t)
	c := w.chain()
	set(c.external, "5m", "spec", "refreshInterval")
	require.NoError(t, w.make(c))
	changed := c.external.clone()
	set(changed, "x", "metadata", "annotations", "force-sync")
	_, err := w.kube.change(w.cloud, externalSecretType, "mosaic-prod/core-api-db", c.external, changed)
	wantError(t, err, "conflict with \"external-secrets\" using external-secrets.io/v1: .spec.refreshInterval")
	set(changed, "true", "metadata", "annotations", patchForce)
	_, err = w.kube.change(w.cloud, externalSecretType, "mosaic-prod/core-api-db", c.external, changed)
	require.NoError(t, err, "taken by force")
}

func TestPreviewOfUnknown(t *testing.T) {
	w := newWorld(t)
	inputs := w.chain().job.propertyMap()
	inputs["spec"].ObjectValue()["backoffLimit"] = resource.MakeComputed(resource.NewProperty(""))
	inputs["metadata"].ObjectValue()["name"] = resource.MakeComputed(resource.NewProperty(""))
	_, previewed, err := w.kube.createIn(true, jobType, inputs)
	require.NoError(t, err)
	assert.True(t, previewed["spec"].ObjectValue()["backoffLimit"].IsComputed())
	assert.Empty(t, w.cloud.Objects(jobType))
}

func TestKubeconfig(t *testing.T) {
	w := newWorld(t)
	right := kubeconfigOf(w.eks, "mosaic-prod")
	dev, err := w.aws.invoke("aws:eks/getCluster:getCluster", Properties{"name": "mosaic-dev"})
	require.NoError(t, err)
	account := w.chain().account
	for name, tc := range map[string]struct{ config, want string }{
		"none":            {"", "unable to load Kubernetes client configuration"},
		"not YAML":        {"{", "unable to load"},
		"another server":  {strings.Replace(right, w.eks.Text("endpoint"), "https://10.0.0.1", 1), "lookup https://10.0.0.1: no such host"},
		"another CA":      {strings.Replace(right, w.eks.List("certificateAuthorities")[0].Text("data"), "eA==", 1), "certificate signed by unknown authority"},
		"another token":   {kubeconfigOf(w.eks, "mosaic-dev"), "the token is not for the cluster mosaic-prod"},
		"another context": {strings.Replace(right, `"current-context":"c"`, `"current-context":"d"`, 1), `context "d" does not exist`},
		"no plugin":       {strings.Replace(right, `"command":"aws"`, `"command":""`, 1), "exec plugin"},
		"right":           {right, ""},
		"another cluster": {kubeconfigOf(dev, "mosaic-dev"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, w.kube.configure(Properties{"kubeconfig": tc.config}))
			_, _, err := w.kube.create(serviceAccountType, account)
			wantError(t, err, tc.want)
			if made := w.cloud.Objects(serviceAccountType); tc.want == "" && assert.Len(t, made, 1) {
				assert.Equal(t, tc.config == right, made[0].Cluster == "mosaic-prod")
			}
		})
	}
}

func TestKubernetesNames(t *testing.T) {
	w := newWorld(t)
	unnamed := resource.PropertyMap{"apiVersion": resource.NewProperty("v1"), "kind": resource.NewProperty("ConfigMap")}
	first, err := w.kube.check(configMapType, "settings", nil, unnamed)
	require.NoError(t, err)
	named := fromPropertyMap(first)
	assert.Regexp(t, "^settings-[0-9a-f]{8}$", named.Text("metadata", "name"))
	assert.Equal(t, "default", named.Text("metadata", "namespace"))
	again, err := w.kube.check(configMapType, "other", first, unnamed)
	require.NoError(t, err)
	assert.Equal(t, first, again)
}
