package conformance

import (
	"encoding/json"
	"fmt"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

const (
	storeType    = "kubernetes:external-secrets.io/v1:SecretStore"
	externalType = "kubernetes:external-secrets.io/v1:ExternalSecret"
	untilReady   = "annotations: {pulumi.com/waitFor: condition=Ready}"
	reader       = "{apiVersion: v1, kind: ServiceAccount, metadata: {name: reader, annotations: {eks.amazonaws.com/role-arn: 'arn:aws:iam::ACCOUNT:role/reader'}}}"
	store        = "{apiVersion: external-secrets.io/v1, kind: SecretStore, metadata: {name: store, " + untilReady + "}, spec: {provider: {aws: " +
		"{service: SecretsManager, region: us-east-1, auth: {jwt: {serviceAccountRef: {name: reader}}}}}}}"
)

// inAWS creates a resource in AWS, and returns its id.
func (s *side) inAWS(typ string, inputs properties) string {
	urn := "urn:pulumi:test::test::" + typ + "::x"
	checked, err := s.aws.Check(s.Context(), &pulumirpc.CheckRequest{Urn: urn, Type: typ, Name: "x", News: s.encode(inputs), RandomSeed: []byte("seed")})
	s.noError(err)
	resp, err := s.aws.Create(s.Context(), &pulumirpc.CreateRequest{Urn: urn, Type: typ, Name: "x", Properties: checked.Inputs})
	s.noError(err)
	return resp.Id
}

// secret creates a secret with versions, the last of which is the current one.
func (s *side) secret(name string, versions ...string) {
	arn := s.inAWS("aws:secretsmanager/secret:Secret", properties{"name": name})
	for _, version := range versions {
		s.inAWS("aws:secretsmanager/secretVersion:SecretVersion", properties{"secretId": arn, "secretString": version})
	}
}

// role creates the role that may read the secrets whose names begin with db, for a ServiceAccount.
func (s *side) role(account string) {
	issuer := strings.TrimPrefix(simcloud.OIDCIssuer(cluster, region), "https://")
	s.inAWS("aws:iam/role:Role", properties{"name": "reader", "assumeRolePolicy": document(properties{
		"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": properties{"Federated": fmt.Sprintf("arn:aws:iam::%s:oidc-provider/%s", s.account, issuer)},
		"Condition": properties{"StringEquals": properties{issuer + ":sub": "system:serviceaccount:" + s.namespace + ":" + account, issuer + ":aud": "sts.amazonaws.com"}},
	})})
	s.inAWS("aws:iam/rolePolicy:RolePolicy", properties{"role": "reader", "name": "p", "policy": document(properties{
		"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": fmt.Sprintf("arn:aws:secretsmanager:%s:%s:secret:db*", region, s.account),
	})})
}

func document(statement properties) string {
	content, _ := json.Marshal(properties{"Version": "2012-10-17", "Statement": []any{statement}})
	return string(content)
}

// external is an ExternalSecret with fields of its spec.
func external(spec string) string {
	return "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: e, " + untilReady + "}, spec: {secretStoreRef: {name: store, kind: SecretStore}, " + spec + "}}"
}

func storeRows() []row {
	late := func(account, store string) func(s *side) {
		return func(s *side) {
			s.timeout = 2
			s.role("reader")
			if account != "" {
				s.up(account)
			}
			s.up(store)
			s.refresh("SecretStore store")
		}
	}
	const auth = ", auth: {jwt: {serviceAccountRef: {name: reader}}}"
	return []row{
		{name: "a store", do: late(reader, store)},
		{name: "a store without its ServiceAccount", do: late("", store)},
		{name: "a store whose ServiceAccount names no role", do: late("{apiVersion: v1, kind: ServiceAccount, metadata: {name: reader}}", store)},
		{name: "a store whose role is not there", do: late(strings.Replace(reader, "role/reader", "role/missing", 1), store)},
		{name: "a store without credentials", do: late(reader, strings.Replace(store, auth, "", 1))},
		{name: "a store of a region that is none", do: late(reader, strings.Replace(store, "us-east-1", "us-north-7", 1))},
		{name: "a store whose ServiceAccount comes later", do: func(s *side) {
			late("", store)(s)
			s.up(reader)
			s.timeout = 20
			s.up(strings.Replace(store, untilReady, "annotations: {a: b, pulumi.com/waitFor: condition=Ready}", 1))
		}},
		{name: "a store that nobody waits for", do: func(s *side) {
			s.up(strings.Replace(store, untilReady, "annotations: {pulumi.com/skipAwait: 'true', pulumi.com/waitFor: condition=Ready}", 1))
			s.eventually(func() bool { return s.condition(storeType, "store", "Ready") != "" })
			s.refresh("SecretStore store")
		}},
		{name: "a store that is waited for not to be ready", do: func(s *side) {
			s.up(strings.Replace(store, "condition=Ready}", "condition=Ready=False}", 1))
		}},
	}
}
