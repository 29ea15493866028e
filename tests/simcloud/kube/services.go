package kube

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// targets tells whether the provider waits until a Service leads to a pod.
func targets(object *Object) bool {
	spec, _, _ := unstructured.NestedMap(object.Object, "spec")
	annotations := object.GetAnnotations()
	return object.GetAPIVersion() == "v1" && object.GetKind() == "Service" && annotations[skipAwait] != "true" && annotations[waitFor] == "" &&
		text(spec, "clusterIP") != corev1.ClusterIPNone && text(spec, "type") != string(corev1.ServiceTypeExternalName)
}

// Untargeted is what the provider says of a Service that leads to no pod; nil: it does not wait for one.
func Untargeted(service *Object) error {
	if !targets(service) {
		return nil
	}
	return &Unready{
		Object: service, Cause: fmt.Sprintf("'%s' timed out waiting to be Ready", service.GetName()),
		Others: []string{"Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods"},
	}
}

// awaitService waits until a Service leads to a pod. The provider then waits ten seconds more for other pods.
func (c *Client) awaitService(ctx context.Context, service *Object) (*Object, error) {
	endpoints := corev1.SchemeGroupVersion.WithKind("Endpoints")
	err := follow(ctx, c.kind(endpoints, service.GetNamespace()), named(service.GetName()), func(now *Object) (bool, error) {
		if now == nil {
			return false, nil
		}
		subsets, _, _ := unstructured.NestedSlice(now.Object, "subsets")
		return len(subsets) > 0, nil
	})
	if errors.Is(err, context.DeadlineExceeded) {
		return service, Untargeted(service)
	}
	if err != nil {
		return service, late(err, service, "")
	}
	return c.of(service).Get(ctx, service.GetName(), metav1.GetOptions{})
}
