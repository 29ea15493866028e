package simcloud

import (
	"errors"
	"fmt"
	"maps"

	esv1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Sync lets time pass in all clusters: the External Secrets Operator reconciles every SecretStore and ExternalSecret, Jobs continue, and
// those whose time to live after their end is over are deleted. Without Sync, controllers of simulated clusters act only when an object
// changes.
func (c *Cloud) Sync() error {
	for name := range c.Clusters {
		if err := c.Clusters[name].sync(); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, kind := range []string{secretStoreType, externalSecretType, jobType} {
		for _, o := range c.all(kind, nil) {
			kinds()[kind].reconcile(&cluster{cloud: c, name: o.Cluster}, o)
			if ended := o.Is("Complete") || o.Is("Failed"); ended && o.Properties.Map("spec")["ttlSecondsAfterFinished"] != nil {
				c.drop(o)
			}
		}
	}
	return c.save()
}

// catchUp lets the operator act on changes that it has not seen yet.
func (c *cluster) catchUp() {
	for _, o := range c.cloud.all(externalSecretType, func(o *Object) bool { return o.Cluster == c.name }) {
		c.reconcileExternalSecret(o)
	}
}

func (c *cluster) reconcileSecretStore(o *Object) {
	store := decodeAs[esv1.SecretStore](o)
	message, reason := "unable to create client", "InvalidProviderConfig"
	arn, err := c.roleOf(store)
	if err == nil {
		message = "unable to validate store"
		_, err = c.assumeRole(store, arn)
	}
	if err != nil {
		c.event(o, reason, err)
		o.setConditions(metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: reason, Message: message})
		return
	}
	o.setConditions(metav1.Condition{Type: "Ready", Status: metav1.ConditionTrue, Reason: "Valid", Message: "store validated"})
}

// roleOf returns the ARN of the role that a SecretStore assumes: that of its ServiceAccount; "": none, and the operator's own credentials.
func (c *cluster) roleOf(store *esv1.SecretStore) (string, error) {
	aws := store.Spec.Provider.AWS
	if aws == nil || aws.Service != esv1.AWSServiceSecretsManager {
		return "", errors.New("simulated is AWS Secrets Manager alone")
	}
	jwt := aws.Auth.JWTAuth
	if jwt == nil || jwt.ServiceAccountRef == nil {
		return "", nil
	}
	account := c.get(serviceAccountType, store.Namespace+"/"+jwt.ServiceAccountRef.Name)
	if account == nil {
		return "", fmt.Errorf("ServiceAccount %q not found", jwt.ServiceAccountRef.Name)
	}
	arn := account.annotation("eks.amazonaws.com/role-arn")
	if arn == "" {
		return "", fmt.Errorf("an IAM role must be associated with service account %s (namespace: %s)", jwt.ServiceAccountRef.Name, store.Namespace)
	}
	return arn, nil
}

// assumeRole assumes a role with a token of the ServiceAccount of a SecretStore.
func (c *cluster) assumeRole(store *esv1.SecretStore, arn string) (*Object, error) {
	if arn == "" {
		return nil, errors.New("NoCredentialProviders: the operator has no AWS credentials of its own: give " +
			"spec.provider.aws.auth.jwt.serviceAccountRef")
	}
	issuer := eksCluster{name: c.name}.issuer(c.region())
	provider := fmt.Sprintf("arn:aws:iam::%s:oidc-provider/%s", accountOf(arn), issuer)
	subject := fmt.Sprintf("system:serviceaccount:%s:%s", store.Namespace, store.Spec.Provider.AWS.Auth.JWTAuth.ServiceAccountRef.Name)
	role, err := c.cloud.assumeRoleWithWebIdentity(arn, webIdentity{provider, issuer, subject})
	if err != nil {
		return nil, fmt.Errorf("AssumeRoleWithWebIdentity: %w", err)
	}
	return role, nil
}

func (c *cluster) reconcileExternalSecret(o *Object) {
	es := decodeAs[esv1.ExternalSecret](o)
	// As the versions from 0.20 to 1.1.0 do.
	if given, long := o.Properties.Text("spec", "refreshInterval"), es.Spec.RefreshInterval; given != "" && long != nil && long.Duration.String() != given {
		o.edit("external-secrets", func(p Properties) { p.Map("spec")["refreshInterval"] = long.Duration.String() })
	}
	status, reason := metav1.ConditionTrue, "SecretSynced"
	var message string
	data, err := c.fetchAll(es)
	switch target := es.Spec.Target; {
	case err != nil:
		message = "could not get secret data from provider"
	case len(data) == 0 && target.DeletionPolicy == esv1.DeletionPolicyDelete:
		reason, message = "SecretDeleted", "secret deleted due to DeletionPolicy=Delete"
		delete(c.cloud.objects, key{kubeSecretType, c.name, targetOf(es)})
	case len(data) == 0 && target.DeletionPolicy != esv1.DeletionPolicyMerge:
		message = "secret retained due to DeletionPolicy=Retain"
	case target.CreationPolicy == esv1.CreatePolicyMerge && c.get(kubeSecretType, targetOf(es)) == nil:
		reason, message = "SecretMissing", "secret will not be created due to CreationPolicy=Merge"
	default:
		if message, err = c.writeSecret(o, es, data); err == nil {
			message = "secret synced"
		}
	}
	if err != nil {
		status, reason = metav1.ConditionFalse, "SecretSyncedError"
		c.event(o, "UpdateFailed", err)
	}
	o.setConditions(metav1.Condition{Type: "Ready", Status: status, Reason: reason, Message: message})
}

func (c *cluster) fetchAll(es *esv1.ExternalSecret) (map[string]string, error) {
	ref := es.Spec.SecretStoreRef
	store, err := c.storeOf(es.Namespace, ref)
	if err != nil {
		return nil, err
	}
	arn, err := c.roleOf(store)
	if err != nil {
		return nil, err
	}
	role, err := c.assumeRole(store, arn)
	if err != nil {
		return nil, err
	}
	region, data := store.Spec.Provider.AWS.Region, map[string]string{}
	for _, from := range es.Spec.DataFrom {
		if from.Extract == nil {
			return nil, errors.New("spec.dataFrom: only extract is simulated")
		}
		fields, err := c.extract(role, region, *from.Extract)
		if err != nil {
			return nil, err
		}
		maps.Copy(data, fields)
	}
	for _, d := range es.Spec.Data {
		value, err := c.fetch(role, region, d.RemoteRef)
		if err != nil {
			return nil, err
		}
		data[d.SecretKey] = value
	}
	return data, nil
}
