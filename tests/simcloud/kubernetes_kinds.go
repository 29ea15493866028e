package simcloud

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	esv1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	kjson "sigs.k8s.io/json"
)

// kind is what the API server, a controller and Pulumi's provider know about one kind of object.
type kind struct {
	resource   string // the plural, as messages have it
	namespaced bool
	name       apivalidation.ValidateNameFunc // nil: a DNS subdomain
	immutable  []string                       // paths whose change replaces the object, besides name and namespace
	decode     func(manifest []byte) (*metav1.ObjectMeta, error)
	rules      []rule
	reconcile  func(c *cluster, o *Object)
	unready    func(o *Object) bool
}

func kinds() map[string]kind {
	return map[string]kind{
		namespaceType:      {resource: "namespaces", decode: strict[corev1.Namespace], name: apivalidation.ValidateNamespaceName},
		serviceAccountType: {resource: "serviceaccounts", namespaced: true, decode: strict[corev1.ServiceAccount]},
		kubeSecretType:     {resource: "secrets", namespaced: true, decode: strict[corev1.Secret], immutable: []string{"type"}},
		// The provider replaces a ConfigMap for other data, unless it is told that they may change.
		configMapType:     {resource: "configmaps", namespaced: true, decode: strict[corev1.ConfigMap], immutable: []string{"data", "binaryData"}, rules: configMapRules()},
		networkPolicyType: {resource: "networkpolicies", namespaced: true, decode: strict[networkingv1.NetworkPolicy], rules: networkPolicyRules()},
		disruptionsType:   {resource: "poddisruptionbudgets", namespaced: true, decode: strict[policyv1.PodDisruptionBudget], rules: disruptionRules()},
		serviceType:       {resource: "services", namespaced: true, decode: strict[corev1.Service], name: apivalidation.NameIsDNS1035Label, rules: serviceRules()},
		deploymentType: {
			resource: "deployments", namespaced: true, decode: strict[appsv1.Deployment], rules: deploymentRules(), reconcile: (*cluster).rollOut,
			immutable: []string{"spec.selector"},
		},
		jobType: {
			resource: "jobs", namespaced: true, decode: strict[batchv1.Job], rules: jobRules(), reconcile: (*cluster).runJob,
			immutable: []string{"spec.template", "spec.completions", "spec.parallelism", "spec.selector"},
			unready:   func(o *Object) bool { return !o.Is("Complete") },
		},
		secretStoreType: {
			resource: "secretstores", namespaced: true, decode: strict[esv1.SecretStore], rules: secretStoreRules(),
			reconcile: (*cluster).reconcileSecretStore,
		},
		externalSecretType: {
			resource: "externalsecrets", namespaced: true, decode: strict[esv1.ExternalSecret], rules: externalSecretRules(),
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

// strict decodes as the API server does with strict field validation.
func strict[T any](manifest []byte) (*metav1.ObjectMeta, error) {
	var typed T
	var object struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
	}
	unknown, err := kjson.UnmarshalStrict(manifest, &typed)
	if err == nil {
		err = errors.Join(unknown...)
		if err != nil {
			err = fmt.Errorf("strict decoding error: %w", err)
		}
	}
	if err == nil {
		err = kjson.UnmarshalCaseSensitivePreserveInts(manifest, &object)
	}
	return &object.Metadata, err
}

// validate checks a manifest against its kind. If it is incomplete, because a preview does not know all values, no field can be required.
func validate(typ string, manifest Properties, incomplete bool) error { //nolint:revive // one check, of which a preview leaves out a part
	k, err := kindOf(typ)
	if err != nil {
		return err
	}
	gvk := kindToken(typ)
	if version := gvk.GroupVersion().String(); manifest.Text("apiVersion") != version || manifest.Text("kind") != gvk.Kind {
		return fmt.Errorf("%s: apiVersion and kind must be %s and %s, not %q and %q", objectID(k, manifest), version, gvk.Kind,
			manifest.Text("apiVersion"), manifest.Text("kind"))
	}
	metadata, err := k.decode(mustJSON(manifest))
	if err != nil {
		return apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: %s", gvk.Kind, gvk.Version, gvk.Kind, err))
	}
	wrong := append(checkMetadata(k, metadata), checkRules(manifest, k.rules)...)
	if incomplete {
		wrong = slices.DeleteFunc(wrong, func(e *field.Error) bool { return e.Type == field.ErrorTypeRequired })
	}
	if len(wrong) > 0 {
		return apierrors.NewInvalid(gvk.GroupKind(), metadata.Name, wrong)
	}
	return nil
}
