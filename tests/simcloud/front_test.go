package simcloud

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	sdkcredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	chainSecret = "mosaic/prod/rds/connection"
	customKey   = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	readerRole  = "arn:aws:iam::111122223333:role/mosaic-prod-core-api-secrets-role"
)

// issuer signs tokens as an API server does.
type issuer struct {
	name  string // of the key
	key   *ecdsa.PrivateKey
	asked int
}

func newIssuer(t *testing.T, name string) *issuer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return &issuer{name: name, key: key}
}

func (i *issuer) keys(context.Context) ([]byte, error) {
	i.asked++
	return json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: i.key.Public(), KeyID: i.name, Algorithm: "ES256", Use: "sig"}}})
}

func (i *issuer) sign(claims jwt.Claims) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: i.key, KeyID: i.name}}, nil)
	if err != nil {
		return "", err
	}
	return jwt.Signed(signer).Claims(claims).Serialize()
}

// visit is what an operator does: a token for credentials, and those for a secret. Each test changes something.
type visit struct {
	*world
	*chain
	front    *Front
	signer   *issuer
	claims   jwt.Claims
	endpoint string
	region   string
	role     string
	wanted   secretsmanager.GetSecretValueInput
	more     []Properties // statements of another policy of the role
	then     func()       // after everything is made
}

func newVisit(t *testing.T) *visit {
	w := newWorld(t)
	v := &visit{
		world: w, chain: w.chain(), signer: newIssuer(t, "one"), region: "us-east-1", role: readerRole,
		claims: jwt.Claims{
			Issuer: OIDCIssuer("mosaic-prod", "us-east-1"), Subject: "system:serviceaccount:mosaic-prod:core-api",
			Audience: jwt.Audience{"sts.amazonaws.com"}, Expiry: jwt.NewNumericDate(time.Now().Add(time.Hour)),
		},
		wanted: secretsmanager.GetSecretValueInput{SecretId: awssdk.String(chainSecret)},
	}
	v.account, v.store, v.external, v.job = nil, nil, nil, nil
	var accounts Accounts
	_, err := accounts.Join(w.cloud)
	require.NoError(t, err)
	v.serve(NewFront(v.signer.keys, accounts.Cloud))
	return v
}

func (v *visit) serve(f *Front) {
	server := httptest.NewServer(f)
	v.Cleanup(server.Close)
	v.front, v.endpoint = f, server.URL
}

// GetIdentityToken is the token of the ServiceAccount.
func (v *visit) GetIdentityToken() ([]byte, error) {
	token, err := v.signer.sign(v.claims)
	return []byte(token), err
}

// config is that of AWS's own client.
func (v *visit) config() awssdk.Config {
	c := awssdk.Config{
		Region: v.region, BaseEndpoint: &v.endpoint, Retryer: func() awssdk.Retryer { return awssdk.NopRetryer{} },
	}
	c.Credentials = awssdk.NewCredentialsCache(stscreds.NewWebIdentityRoleProvider(sts.NewFromConfig(c), v.role, v,
		func(o *stscreds.WebIdentityRoleOptions) { o.RoleSessionName = "operator" }))
	return c
}

func (v *visit) prepare() {
	v.Helper()
	require.NoError(v, v.make(v.chain))
	if v.more != nil {
		var statements []any
		for _, s := range v.more {
			statements = append(statements, map[string]any(s))
		}
		v.aws.must(rolePolicyType, Properties{
			"role": v.chain.role.Text("name"), "name": "more", "policy": encodeJSON(map[string]any{"Statement": statements}),
		})
	}
	if v.then != nil {
		v.then()
	}
}

// code is AWS's code and message.
func code(err error) string {
	var known smithy.APIError
	if !errors.As(err, &known) {
		return ""
	}
	return known.ErrorCode() + ": " + known.ErrorMessage()
}

func decrypt(conditions map[string]any) []Properties {
	return []Properties{{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": customKey, "Condition": conditions}}
}

func TestFront(t *testing.T) {
	const (
		refused   = "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity"
		user      = "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/mosaic-prod-core-api-secrets-role/operator is not authorized to perform: secretsmanager:GetSecretValue on resource: "
		arn       = "arn:aws:secretsmanager:us-east-1:111122223333:secret:mosaic/prod/rds/connection-"
		keyless   = "AccessDeniedException: Access to KMS is not allowed"
		noKey     = "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"
		encrypted = "kms:EncryptionContext:SecretARN"
	)
	via := func(service string) map[string]any {
		return map[string]any{"StringEquals": map[string]any{"kms:ViaService": service + ".us-east-1.amazonaws.com"}}
	}
	root := map[string]any{"AWS": "arn:aws:iam::111122223333:root"}
	principal := func(effect string, principal any) string {
		return encodeJSON(map[string]any{"Statement": map[string]any{"Effect": effect, "Principal": principal, "Action": "secretsmanager:*", "Resource": "*"}})
	}
	managed := func(v *visit, effect, action string) {
		require.NoError(v, v.cloud.Add(Object{Kind: policyType, ID: managedARN, Properties: Properties{"policy": encodeJSON(
			map[string]any{"Statement": map[string]any{"Effect": effect, "Action": action, "Resource": "*"}})}}))
	}
	for name, tc := range map[string]struct {
		change func(v *visit)
		want   string // "": the value
	}{
		"right":                 {func(*visit) {}, ""},
		"by ARN":                {func(v *visit) { v.then = func() { v.wanted.SecretId = &v.cloud.Objects(secretType)[0].ID } }, ""},
		"a pattern of subjects": {func(v *visit) { v.trust["Condition"] = likeSubject("system:serviceaccount:mosaic-*:core-api") }, ""},

		"another subject":  {func(v *visit) { v.claims.Subject = "system:serviceaccount:mosaic-prod:other" }, refused},
		"no role":          {func(v *visit) { v.role += "x" }, refused},
		"another cluster":  {func(v *visit) { v.claims.Issuer = OIDCIssuer("mosaic-dev", "us-east-1") }, refused},
		"another audience": {func(v *visit) { v.claims.Audience = jwt.Audience{"vault"} }, "InvalidIdentityToken: Incorrect token audience"},
		"another issuer": {func(v *visit) { v.claims.Issuer = "https://example.com" },
			"InvalidIdentityToken: No OpenIDConnect provider found in your account for https://example.com"},
		"another account": {func(v *visit) { v.role = "arn:aws:iam::999999999999:role/r" }, "UnrecognizedClientException: The security token included in the request is invalid."},
		"no ARN":          {func(v *visit) { v.role = "core-api" }, "ValidationError: Request ARN is invalid"},
		"expired":         {func(v *visit) { v.claims.Expiry = jwt.NewNumericDate(time.Unix(1000000000, 0)) }, "ExpiredTokenException: Token expired: current date/time"},
		"another key":     {func(v *visit) { v.signer = newIssuer(v.T, "two") }, noKey},
		"a forged key":    {func(v *visit) { v.signer = newIssuer(v.T, "one") }, "InvalidIdentityToken: The web identity token that was passed could not be validated"},

		"another secret's policy": {func(v *visit) { v.policy["Resource"] = arn + "x" }, user + arn},
		"any secret of a name":    {func(v *visit) { v.policy["Resource"] = arn + "??????" }, ""},
		"any action of a name":    {func(v *visit) { v.policy["Action"] = "SecretsManager:get*" }, ""},
		"another region":          {func(v *visit) { v.region = "eu-west-1" }, user + chainSecret + " because no identity-based policy allows the secretsmanager:GetSecretValue action"},
		"no such secret":          {func(v *visit) { v.wanted.SecretId = awssdk.String("nope") }, user + "nope because no identity-based policy allows"},
		"no such secret, and any may be read": {func(v *visit) { v.wanted.SecretId, v.policy["Resource"] = awssdk.String("nope"), "*" },
			"ResourceNotFoundException: Secrets Manager can't find the specified secret."},
		"deleted": {func(v *visit) {
			v.then = func() { require.NoError(v, v.aws.remove(secretType, v.cloud.Objects(secretType)[0].ID)) }
		},
			"InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion."},

		"condition that holds":    {func(v *visit) { v.policy["Condition"] = equal("aws:PrincipalAccount", "111122223333") }, ""},
		"condition that does not": {func(v *visit) { v.policy["Condition"] = equal("aws:PrincipalAccount", "1") }, user},
		"no tag to compare": {func(v *visit) {
			v.policy["Condition"] = map[string]any{"StringNotEquals": map[string]any{"aws:ResourceTag/a": "b"}, "StringEqualsIfExists": map[string]any{"aws:ResourceTag/a": "b"}}
		}, ""},
		"no tag":               {func(v *visit) { v.policy["Condition"] = equal("aws:ResourceTag/a", "") }, user + arn},
		"denied by the role":   {func(v *visit) { v.more = []Properties{{"Effect": "Deny", "Action": "*", "Resource": "*"}} }, "with an explicit deny in an identity-based policy"},
		"attached":             {func(v *visit) { v.policy["Action"] = "s3:*"; managed(v, "Allow", "secretsmanager:*"); v.attach() }, ""},
		"denied by the secret": {func(v *visit) { v.secret["policy"] = principal("Deny", "*") }, "with an explicit deny in a resource-based policy"},
		"allowed by the secret": {func(v *visit) {
			v.policy["Action"], v.secret["policy"] = "s3:*", principal("Allow", map[string]any{"AWS": readerRole})
		}, ""},
		"denied by it to the account":  {func(v *visit) { v.secret["policy"] = principal("Deny", root) }, "with an explicit deny in a resource-based policy"},
		"allowed by it to the account": {func(v *visit) { v.policy["Action"], v.secret["policy"] = "s3:*", principal("Allow", root) }, user + arn},
		"denied by the boundary":       {func(v *visit) { managed(v, "Deny", "*"); v.bound() }, "with an explicit deny in a permissions boundary"},
		"within the boundary":          {func(v *visit) { managed(v, "Allow", "secretsmanager:*"); v.bound() }, ""},
		"outside the boundary":         {func(v *visit) { managed(v, "Allow", "rds:*"); v.bound() }, "because no permissions boundary allows the secretsmanager:GetSecretValue action"},
		"a boundary that nobody knows": {func(v *visit) { v.bound() }, ""},

		"customer's key":                   {func(v *visit) { v.secret["kmsKeyId"] = customKey }, keyless},
		"customer's key, through it":       {func(v *visit) { v.secret["kmsKeyId"], v.more = customKey, decrypt(via("secretsmanager")) }, ""},
		"customer's key, through another":  {func(v *visit) { v.secret["kmsKeyId"], v.more = customKey, decrypt(via("rds")) }, keyless},
		"another customer's key":           {func(v *visit) { v.secret["kmsKeyId"], v.more = customKey+"x", decrypt(nil) }, keyless},
		"customer's key for the secret":    {func(v *visit) { v.secret["kmsKeyId"], v.more = customKey, decrypt(like(encrypted, arn+"*")) }, ""},
		"customer's key for another":       {func(v *visit) { v.secret["kmsKeyId"], v.more = customKey, decrypt(like(encrypted, "x")) }, keyless},
		"customer's key, but for this one": {func(v *visit) { v.secret["kmsKeyId"], v.more = customKey, decrypt(unlike(encrypted, arn+"*")) }, keyless},

		"no value": {func(v *visit) { v.value = nil }, "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"},
		"pending": {func(v *visit) { v.wanted.VersionStage = awssdk.String("AWSPENDING") },
			"ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSPENDING"},
		"version": {func(v *visit) {
			v.then = func() {
				v.wanted.VersionId = awssdk.String(v.cloud.Objects(secretVersionType)[0].Properties.Text("versionId"))
			}
		}, ""},
		"version with another stage": {func(v *visit) {
			v.then = func() {
				v.wanted.VersionId = awssdk.String(v.cloud.Objects(secretVersionType)[0].Properties.Text("versionId"))
			}
			v.wanted.VersionStage = awssdk.String("AWSPREVIOUS")
		}, "InvalidRequestException: You provided a VersionStage that is not associated to the provided VersionId."},
		"no such version": {func(v *visit) { v.wanted.VersionId = awssdk.String("00000000-0000-4000-8000-000000000000") },
			"ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: 00000000-0000-4000-8000-000000000000"},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisit(t)
			tc.change(v)
			v.prepare()
			got, err := secretsmanager.NewFromConfig(v.config()).GetSecretValue(t.Context(), &v.wanted)
			if tc.want == "" {
				require.NoError(t, err)
				assert.Contains(t, *got.SecretString, "correcthorse")
				assert.Equal(t, []string{"AWSCURRENT"}, got.VersionStages)
				return
			}
			assert.Contains(t, code(err), tc.want)
		})
	}
}

func likeSubject(pattern string) map[string]any {
	host := eksCluster{name: "mosaic-prod"}.issuer("us-east-1")
	return map[string]any{"StringLike": map[string]any{host + ":sub": pattern}, "StringEquals": map[string]any{host + ":aud": "sts.amazonaws.com"}}
}

func equal(key, value string) map[string]any {
	return map[string]any{"StringEquals": map[string]any{key: value}}
}

func like(key, value string) map[string]any {
	return map[string]any{"ArnLike": map[string]any{key: value}}
}

func unlike(key, value string) map[string]any {
	return map[string]any{"ArnNotLike": map[string]any{key: value}}
}

const managedARN = "arn:aws:iam::111122223333:policy/p"

// bound gives the role a permissions boundary, attach a policy.
func (v *visit) bound() { v.chain.role["permissionsBoundary"] = managedARN }
func (v *visit) attach() {
	v.then = func() {
		v.aws.must(roleAttachmentType, Properties{"role": v.chain.role.Text("name"), "policyArn": managedARN})
	}
}

func TestFrontSessions(t *testing.T) {
	v := newVisit(t)
	v.prepare()
	config := v.config()
	read := func() error {
		_, err := secretsmanager.NewFromConfig(config).GetSecretValue(t.Context(), &v.wanted)
		return err
	}
	require.NoError(t, read())
	v.front.now = func() time.Time { return time.Now().Add(time.Hour) }
	assert.Equal(t, "ExpiredTokenException: The security token included in the request is expired", code(read()))
	v.front.now = time.Now

	_, err := secretsmanager.NewFromConfig(config).ListSecrets(t.Context(), nil)
	assert.Contains(t, code(err), "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/")
	assert.Contains(t, code(err), "is not authorized to perform: secretsmanager:ListSecrets")
	_, err = sts.NewFromConfig(config).GetCallerIdentity(t.Context(), nil)
	assert.Equal(t, "AccessDenied: Not authorized to perform sts:GetCallerIdentity", code(err))

	got, err := config.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	config.Credentials = sdkcredentials.NewStaticCredentialsProvider(got.AccessKeyID, got.SecretAccessKey, "another")
	assert.Equal(t, "UnrecognizedClientException: The security token included in the request is invalid.", code(read()))
	config.Credentials = awssdk.AnonymousCredentials{}
	assert.Equal(t, "MissingAuthenticationTokenException: Missing Authentication Token", code(read()))

	config = v.config()
	_, err = config.Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	require.NoError(t, v.cloud.Remove(roleType, "mosaic-prod-core-api-secrets-role"))
	assert.Contains(t, code(read()), "UnrecognizedClientException")
}

// Tests read what the operator has asked for, with the reasons that AWS does not tell it.
func TestFrontCalls(t *testing.T) {
	v := newVisit(t)
	v.prepare()
	client := secretsmanager.NewFromConfig(v.config())
	for range 2 {
		_, err := client.GetSecretValue(t.Context(), &v.wanted)
		require.NoError(t, err)
	}
	v.claims.Subject = "system:serviceaccount:mosaic-prod:other"
	_, err := secretsmanager.NewFromConfig(v.config()).GetSecretValue(t.Context(), &v.wanted)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "sub to be")

	calls := v.front.Calls("111122223333")
	require.Len(t, calls, 4)
	assert.Equal(t, Call{Action: "sts:AssumeRoleWithWebIdentity", Role: readerRole}, calls[0])
	assert.Equal(t, Call{Action: "secretsmanager:GetSecretValue", Role: readerRole, Secret: chainSecret}, calls[1])
	assert.Equal(t, calls[1], calls[2])
	assert.Contains(t, calls[3].Error, "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity: the trust policy expects ")
	assert.Empty(t, v.front.Calls("222222222222"))
}

// A cluster that has new keys is asked for them, once.
func TestFrontAsksForNewKeys(t *testing.T) {
	v := newVisit(t)
	v.prepare()
	assume := func() {
		_, err := v.config().Credentials.Retrieve(t.Context())
		require.NoError(t, err)
	}
	assume()
	assume()
	assert.Equal(t, 1, v.signer.asked)
	v.signer.name, v.signer.key = "two", newIssuer(t, "two").key
	assume()
	assert.Equal(t, 2, v.signer.asked)
}

// Two tests have a cloud each, with the same names in it.
func TestAccountsOfAFront(t *testing.T) {
	v := newVisit(t)
	var accounts Accounts
	for _, account := range []string{"111122223333", "444455556666"} {
		w := newWorldOf(t, account)
		c := w.chain()
		c.value["password"] = "of" + account
		c.account, c.store, c.external, c.job = nil, nil, nil, nil
		set(c.trust, "arn:aws:iam::"+account+":oidc-provider/"+eksCluster{name: "mosaic-prod"}.issuer("us-east-1"), "Principal", "Federated")
		require.NoError(t, w.make(c))
		leave, err := accounts.Join(w.cloud)
		require.NoError(t, err)
		defer leave()
		_, err = accounts.Join(w.cloud)
		require.ErrorContains(t, err, "is empty or taken")
	}
	_, err := accounts.Join(&Cloud{})
	require.ErrorContains(t, err, "is empty or taken")
	v.serve(NewFront(v.signer.keys, accounts.Cloud))
	for _, account := range []string{"111122223333", "444455556666"} {
		v.role = "arn:aws:iam::" + account + ":role/mosaic-prod-core-api-secrets-role"
		got, err := secretsmanager.NewFromConfig(v.config()).GetSecretValue(t.Context(), &v.wanted)
		require.NoError(t, err)
		assert.Contains(t, *got.SecretString, "of"+account)
	}
}

// The front of another process opens the file for each call.
func TestFrontOfAFile(t *testing.T) {
	v := newVisit(t)
	v.cloud.path = filepath.Join(t.TempDir(), "cloud.json")
	v.prepare()
	v.serve(NewFront(v.signer.keys, func(string) (*Cloud, error) { return Open(v.cloud.path) }))
	client := secretsmanager.NewFromConfig(v.config())
	for _, value := range []string{"one", "two", "three"} {
		v.aws.must(secretVersionType, Properties{"secretId": chainSecret, "secretString": value})
		got, err := client.GetSecretValue(t.Context(), &v.wanted)
		require.NoError(t, err)
		assert.Equal(t, value, *got.SecretString)
	}
	v.wanted.VersionStage = awssdk.String("AWSPREVIOUS")
	got, err := client.GetSecretValue(t.Context(), &v.wanted)
	require.NoError(t, err)
	assert.Equal(t, "two", *got.SecretString, "one version alone is the previous one")
}

func TestPolicyWithAnOperatorThatIsNotSimulated(t *testing.T) {
	v := newVisit(t)
	v.policy["Condition"] = map[string]any{"IpAddress": map[string]any{"aws:SourceIp": "10.0.0.0/8"}}
	policy := encodeJSON(map[string]any{"Statement": map[string]any(v.policy)})
	v.aws.must(roleType, v.chain.role.with(Properties{"assumeRolePolicy": encodeJSON(map[string]any{"Statement": map[string]any(v.trust)})}))
	_, _, err := v.aws.create(rolePolicyType, Properties{"role": v.chain.role.Text("name"), "name": "p", "policy": policy})
	wantError(t, err, "the condition operator IpAddress is not simulated")
}
