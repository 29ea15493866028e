package simcloud

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	esv1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	kjson "sigs.k8s.io/json"
)

// kind is what the API server, a controller and Pulumi's provider know about one kind of object.
type kind struct {
	resource   string // the plural, as messages have it
	namespaced bool
	immutable  []string // paths whose change replaces the object, besides name and namespace
	decode     func(manifest []byte, complete bool) error
	reconcile  func(c *cluster, o *Object)
	unready    func(o *Object) bool
}

func kinds() map[string]kind {
	return map[string]kind{
		namespaceType:      {resource: "namespaces", decode: strict[corev1.Namespace](nil)},
		serviceAccountType: {resource: "serviceaccounts", namespaced: true, decode: strict[corev1.ServiceAccount](nil)},
		kubeSecretType:     {resource: "secrets", namespaced: true, decode: strict[corev1.Secret](nil), immutable: []string{"type"}},
		// The provider replaces a ConfigMap for other data, unless it is told that they may change.
		configMapType:     {resource: "configmaps", namespaced: true, decode: strict[corev1.ConfigMap](nil), immutable: []string{"data", "binaryData"}},
		networkPolicyType: {resource: "networkpolicies", namespaced: true, decode: strict[networkingv1.NetworkPolicy](nil)},
		disruptionsType:   {resource: "poddisruptionbudgets", namespaced: true, decode: strict(checkDisruptions)},
		serviceType:       {resource: "services", namespaced: true, decode: strict(checkService)},
		deploymentType: {
			resource: "deployments", namespaced: true, decode: strict(checkDeployment), reconcile: (*cluster).rollOut,
			immutable: []string{"spec.selector"},
		},
		jobType: {
			resource: "jobs", namespaced: true, decode: strict(checkJob), reconcile: (*cluster).runJob,
			immutable: []string{"spec.template", "spec.completions", "spec.parallelism", "spec.selector"},
			unready:   func(o *Object) bool { return !o.is("Complete") },
		},
		secretStoreType: {
			resource: "secretstores", namespaced: true, decode: strict(checkSecretStore),
			reconcile: (*cluster).reconcileSecretStore,
		},
		externalSecretType: {
			resource: "externalsecrets", namespaced: true, decode: strict(checkExternalSecret),
			reconcile: (*cluster).reconcileExternalSecret,
		},
	}
}

func kindOf(typ string) (kind, error) {
	all := kinds()
	if k, ok := all[typ]; ok {
		return k, nil
	}
	version, name, _ := strings.Cut(strings.TrimPrefix(typ, "kubernetes:"), ":")
	return kind{}, fmt.Errorf("no matches for kind %q in version %q: the simulated clusters have %s; add others to kinds in simcloud",
		name, version, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
}

// strict decodes as the API server does with strict field validation, and then checks the rules. An incomplete object has values that
// are not known yet, so no field can be required.
func strict[T any](rules func(*T) error) func([]byte, bool) error {
	return func(manifest []byte, complete bool) error {
		var typed T
		unknown, err := kjson.UnmarshalStrict(manifest, &typed)
		if err := errors.Join(append(unknown, err)...); err != nil {
			return fmt.Errorf("strict decoding error: %w", err)
		}
		if rules == nil || !complete {
			return nil
		}
		return rules(&typed)
	}
}

// validate checks a manifest against its kind. If it is incomplete, because a preview does not know all values, no field can be required.
func validate(typ string, manifest Properties, incomplete bool) error { //nolint:revive // one check, of which a preview leaves out two rules
	k, err := kindOf(typ)
	if err != nil {
		return err
	}
	version, name, _ := strings.Cut(strings.TrimPrefix(typ, "kubernetes:"), ":")
	version = strings.TrimPrefix(version, "core/")
	id := objectID(k, manifest)
	if manifest.Text("apiVersion") != version || manifest.Text("kind") != name {
		return fmt.Errorf("%s: apiVersion and kind must be %s and %s, not %q and %q", id, version, name,
			manifest.Text("apiVersion"), manifest.Text("kind"))
	}
	if wrong := validation.IsDNS1123Subdomain(manifest.Text("metadata", "name")); len(wrong) > 0 && !incomplete {
		return fmt.Errorf("%s %q is invalid: metadata.name: %s", name, id, strings.Join(wrong, "; "))
	}
	for label, value := range manifest.Map("metadata", "labels") {
		s, _ := value.(string)
		if wrong := append(validation.IsQualifiedName(label), validation.IsValidLabelValue(s)...); len(wrong) > 0 {
			return fmt.Errorf("%s %q is invalid: metadata.labels: %s=%s: %s", name, id, label, s, strings.Join(wrong, "; "))
		}
	}
	if err := k.decode(mustJSON(manifest), !incomplete); err != nil {
		return fmt.Errorf("%s %q is invalid: %w", name, id, err)
	}
	return nil
}

func checkJob(j *batchv1.Job) error {
	pod := j.Spec.Template.Spec
	if wrong := validation.IsDNS1123Label(j.Name); len(wrong) > 0 {
		return fmt.Errorf("metadata.name: %s", strings.Join(wrong, "; ")) // it becomes a label of the pods
	}
	if pod.RestartPolicy != corev1.RestartPolicyNever && pod.RestartPolicy != corev1.RestartPolicyOnFailure {
		return fmt.Errorf("spec.template.spec.restartPolicy: Unsupported value: %q: supported values: \"OnFailure\", \"Never\"",
			pod.RestartPolicy)
	}
	return checkPod(pod)
}

func checkPod(pod corev1.PodSpec) error {
	if len(pod.Containers) == 0 {
		return errors.New("spec.template.spec.containers: Required value")
	}
	for _, c := range append(slices.Clone(pod.InitContainers), pod.Containers...) {
		if wrong := validation.IsDNS1123Label(c.Name); len(wrong) > 0 || c.Image == "" {
			return fmt.Errorf("spec.template.spec.containers: %q with the image %q: a name and an image are required: %s",
				c.Name, c.Image, strings.Join(wrong, "; "))
		}
	}
	return nil
}

func checkSecretStore(s *esv1.SecretStore) error {
	p := s.Spec.Provider
	if p == nil || p.AWS == nil {
		return errors.New("spec.provider.aws: Required value (no other provider is simulated)")
	}
	jwt := p.AWS.Auth.JWTAuth
	switch {
	case p.AWS.Service != esv1.AWSServiceSecretsManager:
		return fmt.Errorf("spec.provider.aws.service: Unsupported value: %q: simulated is SecretsManager", p.AWS.Service)
	case p.AWS.Region == "":
		return errors.New("spec.provider.aws.region: Required value")
	case jwt != nil && jwt.ServiceAccountRef != nil && jwt.ServiceAccountRef.Name == "":
		return errors.New("spec.provider.aws.auth.jwt.serviceAccountRef.name: Required value")
	}
	return nil
}

func checkExternalSecret(s *esv1.ExternalSecret) error {
	for i, d := range s.Spec.Data {
		if d.SecretKey == "" || d.RemoteRef.Key == "" {
			return fmt.Errorf("spec.data[%d]: secretKey and remoteRef.key: Required value", i)
		}
	}
	for i, d := range s.Spec.DataFrom {
		if d.Extract != nil && d.Extract.Key == "" {
			return fmt.Errorf("spec.dataFrom[%d].extract.key: Required value", i)
		}
	}
	if t := s.Spec.Target.Template; t != nil && t.EngineVersion != "" && t.EngineVersion != esv1.TemplateEngineV2 {
		return fmt.Errorf("spec.target.template.engineVersion: Unsupported value: %q: supported values: \"v2\"", t.EngineVersion)
	}
	return nil
}
