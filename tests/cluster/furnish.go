package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

//go:embed manifests/*.yaml
var manifests embed.FS

// definitions are the operator's kinds that the cluster has.
var definitions = []string{
	"externalsecrets.external-secrets.io", "secretstores.external-secrets.io", "clustersecretstores.external-secrets.io",
	"generatorstates.generators.external-secrets.io",
}

// furnish waits for the API server, and creates what the cluster has from the start: the operator's definitions and its permissions.
func furnish(ctx context.Context, config *rest.Config, crds string) error {
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return err
	}
	installed, err := os.ReadFile(crds)
	if err != nil {
		return err
	}
	all, err := objects(installed)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(o *unstructured.Unstructured) bool { return !slices.Contains(definitions, o.GetName()) })
	files, err := manifests.ReadDir("manifests")
	if err != nil {
		return err
	}
	for _, file := range files {
		content, err := manifests.ReadFile("manifests/" + file.Name())
		if err != nil {
			return err
		}
		more, err := objects(content)
		if err != nil {
			return err
		}
		all = append(all, more...)
	}
	for _, o := range all {
		if err := create(ctx, client, o); err != nil {
			return err
		}
	}
	return ready(ctx, config)
}

// objects are the documents of a YAML file.
func objects(content []byte) ([]*unstructured.Unstructured, error) {
	var found []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	for {
		o := &unstructured.Unstructured{}
		if err := decoder.Decode(o); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, err
		}
		if len(o.Object) > 0 {
			found = append(found, o)
		}
	}
}

// resources are the plurals of the kinds that are created here.
var resources = map[string]string{
	"Namespace": "namespaces", "ClusterRole": "clusterroles", "ClusterRoleBinding": "clusterrolebindings",
	"CustomResourceDefinition": "customresourcedefinitions",
}

// create creates an object as soon as the API server answers.
func create(ctx context.Context, client dynamic.Interface, o *unstructured.Unstructured) error {
	resource := client.Resource(o.GroupVersionKind().GroupVersion().WithResource(resources[o.GetKind()]))
	deadline := time.Now().Add(time.Minute)
	for {
		_, err := resource.Create(ctx, o, metav1.CreateOptions{})
		if err == nil || apierrors.IsAlreadyExists(err) {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("creating %s %s: %w", o.GetKind(), o.GetName(), err)
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// ready waits until the API server has all that it starts with, such as its own roles, and serves the operator's kinds.
func ready(ctx context.Context, config *rest.Config) error {
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return err
	}
	paths := []string{"/readyz", "/apis/external-secrets.io/v1/externalsecrets", "/apis/external-secrets.io/v1/secretstores"}
	for len(paths) > 0 {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, config.Host+paths[0], nil)
		if err != nil {
			return err
		}
		if response, err := client.Do(request); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				paths = paths[1:]
				continue
			}
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
	return nil
}
