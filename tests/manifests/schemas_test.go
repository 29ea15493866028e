// Package manifests checks the Kubernetes objects of the program, in the files in testdata, as a cluster does: with the core types, the
// schemas of the External Secrets Operator with their CEL rules, and Pod Security. It is a package of its own because the API server's
// code takes long to compile.
package manifests

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// files are the golden files of the objects, which the tests of package delivery write.
func files(t *testing.T) map[string][]string {
	t.Helper()
	names, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	all := map[string][]string{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		all[filepath.Base(name)] = documents(string(content))
	}
	return all
}

func documents(content string) []string {
	var all []string
	for _, document := range strings.Split(content, "---\n") {
		if strings.Contains(document, "kind:") {
			all = append(all, document)
		}
	}
	return all
}

// schemas are the CRDs of the External Secrets Operator, from its own module.
type schemas struct{ served map[string]*crdVersion }

// crdVersion is one version of a CRD that the API server serves.
type crdVersion struct {
	validator  validation.SchemaValidator
	structural *structuralschema.Structural
}

// The ends of the range of the External Secrets Operator's versions: the first that serves v1, and a recent one. The simulated cluster
// has the types of a third, that of go.mod.
const oldest, newest = "v0.16.1", "v1.3.2"

// load reads the schemas of a version.
func load(t *testing.T, version string) *schemas {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", "github.com/external-secrets/external-secrets@"+version).Output()
	require.NoError(t, err, "%s", out)
	var module struct{ Dir string }
	require.NoError(t, json.Unmarshal(out, &module))
	bundle, err := os.ReadFile(filepath.Join(module.Dir, "deploy", "crds", "bundle.yaml"))
	require.NoError(t, err)
	s := &schemas{served: map[string]*crdVersion{}}
	for _, document := range bytes.Split(bundle, []byte("\n---\n")) {
		var crd apiextensionsv1.CustomResourceDefinition
		require.NoError(t, yaml.Unmarshal(document, &crd))
		for _, version := range crd.Spec.Versions {
			if version.Served {
				s.served[crd.Spec.Group+"/"+version.Name+" "+crd.Spec.Names.Kind] = compile(t, version)
			}
		}
	}
	return s
}

func compile(t *testing.T, version apiextensionsv1.CustomResourceDefinitionVersion) *crdVersion {
	t.Helper()
	var schema apiextensions.JSONSchemaProps
	require.NoError(t, apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(version.Schema.OpenAPIV3Schema, &schema, nil))
	validator, _, err := validation.NewSchemaValidator(&schema)
	require.NoError(t, err)
	structural, err := structuralschema.NewStructural(&schema)
	require.NoError(t, err)
	return &crdVersion{validator, structural}
}

// admit returns the error of the API server for an object, with strict field validation.
func (s *schemas) admit(document string) error {
	var object map[string]any
	if err := yaml.UnmarshalStrict([]byte(document), &object); err != nil {
		return err
	}
	if err := metadata(object); err != nil {
		return err
	}
	switch kind := fmt.Sprint(object["apiVersion"], " ", object["kind"]); kind {
	case "v1 Namespace":
		return strict[corev1.Namespace](document)
	case "v1 ServiceAccount":
		return strict[corev1.ServiceAccount](document)
	case "networking.k8s.io/v1 NetworkPolicy":
		return strict[networkingv1.NetworkPolicy](document)
	case "v1 ConfigMap":
		return strict[corev1.ConfigMap](document)
	case "v1 Service":
		return strict[corev1.Service](document)
	case "apps/v1 Deployment":
		return strict[appsv1.Deployment](document)
	case "policy/v1 PodDisruptionBudget":
		return strict[policyv1.PodDisruptionBudget](document)
	case "batch/v1 Job":
		return strict[batchv1.Job](document)
	default:
		version, served := s.served[kind]
		if !served {
			return fmt.Errorf("no matches for kind %s", kind)
		}
		return version.admit(object)
	}
}

func (v *crdVersion) admit(object map[string]any) error {
	var problems []error
	for _, err := range validation.ValidateCustomResource(nil, object, v.validator) {
		problems = append(problems, err)
	}
	if rules := cel.NewValidator(v.structural, true, celconfig.PerCallLimit); rules != nil {
		broken, _ := rules.Validate(context.Background(), field.NewPath("root"), v.structural, object, nil, celconfig.RuntimeCELCostBudget)
		for _, err := range broken {
			problems = append(problems, err)
		}
	}
	for _, path := range pruning.PruneWithOptions(object, v.structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}) {
		problems = append(problems, fmt.Errorf("unknown field %q", path))
	}
	return errors.Join(problems...)
}

// metadata checks the metadata of an object with the API server's own code.
func metadata(object map[string]any) error {
	var meta struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
	}
	text, err := yaml.Marshal(object)
	if err == nil {
		err = yaml.Unmarshal(text, &meta)
	}
	if err != nil {
		return err
	}
	problems := apivalidation.ValidateObjectMeta(&meta.Metadata, object["kind"] != "Namespace", apivalidation.NameIsDNSSubdomain, field.NewPath("metadata"))
	return problems.ToAggregate()
}

// strict decodes into a core type. An unknown field is an error, and so is an invalid quantity.
func strict[T any](document string) error {
	text, err := yaml.YAMLToJSONStrict([]byte(document))
	if err != nil {
		return err
	}
	var typed T
	unknown, err := kjson.UnmarshalStrict(text, &typed)
	return errors.Join(append(unknown, err)...)
}
