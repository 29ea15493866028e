package simcloud

import (
	"cmp"
	"fmt"
	"strings"

	esv1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
)

// storeOf returns the store that a reference names. A ClusterSecretStore, which nobody creates through the API server here, has the
// namespace of its ServiceAccount.
func (c *cluster) storeOf(namespace string, ref esv1.SecretStoreRef) (*esv1.SecretStore, error) {
	kind, id := secretStoreType, namespace+"/"+ref.Name
	switch {
	case ref.Kind == "ClusterSecretStore":
		kind, id = clusterSecretStoreType, ref.Name
	case ref.Name == "" || ref.Kind != "" && ref.Kind != "SecretStore":
		return nil, fmt.Errorf("spec.secretStoreRef: %s %q: give the name of a SecretStore", ref.Kind, ref.Name)
	}
	stored := c.get(kind, id)
	if stored == nil {
		return nil, fmt.Errorf("could not get %s %q, not found", cmp.Or(ref.Kind, "SecretStore"), ref.Name)
	}
	store := decodeAs[esv1.SecretStore](stored)
	if jwt := store.Spec.Provider.AWS.Auth.JWTAuth; kind == clusterSecretStoreType && jwt != nil && jwt.ServiceAccountRef != nil && jwt.ServiceAccountRef.Namespace != nil {
		store.Namespace = *jwt.ServiceAccountRef.Namespace
	}
	return store, nil
}

// fetch calls GetSecretValue with the role, and returns the property of the value if one is named.
func (c *cluster) fetch(role *Object, region string, ref esv1.ExternalSecretDataRemoteRef) (string, error) {
	wanted := secretRequest{ID: ref.Key, VersionStage: cmp.Or(ref.Version, "AWSCURRENT")}
	if id, byID := strings.CutPrefix(ref.Version, "uuid/"); byID {
		wanted.VersionID, wanted.VersionStage = id, ""
	}
	value, err := c.cloud.getSecretValue(caller{role, "external-secrets-provider-aws", region}, wanted)
	if err != nil {
		return "", fmt.Errorf("GetSecretValue: %w", err)
	}
	return property(ref, value.SecretString)
}

func property(ref esv1.ExternalSecretDataRemoteRef, value string) (string, error) {
	if ref.Property == "" {
		return value, nil
	}
	fields, err := fieldsOf(value)
	if err != nil {
		return "", fmt.Errorf("secret %s: %w", ref.Key, err)
	}
	field, ok := fields[ref.Property]
	if !ok {
		return "", fmt.Errorf("key %s does not exist in secret %s", ref.Property, ref.Key)
	}
	return field, nil
}

func (c *cluster) extract(role *Object, region string, ref esv1.ExternalSecretDataRemoteRef) (map[string]string, error) {
	value, err := c.fetch(role, region, ref)
	if err != nil {
		return nil, err
	}
	return fieldsOf(value)
}
