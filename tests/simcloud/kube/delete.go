package kube

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Delete deletes an object, and waits until it is gone, with what it owns unless the annotation of the manifest says otherwise.
func (c *Client) Delete(ctx context.Context, object *Object, timeout time.Duration) error {
	policy := metav1.DeletePropagationForeground
	switch strings.ToLower(object.GetAnnotations()["pulumi.com/deletionPropagationPolicy"]) {
	case "background":
		policy = metav1.DeletePropagationBackground
	case "orphan":
		policy = metav1.DeletePropagationOrphan
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := c.of(object).Delete(ctx, object.GetName(), metav1.DeleteOptions{PropagationPolicy: &policy})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil || object.GetAnnotations()[skipAwait] == "true" && leftEarly(object.GetKind()) {
		return err
	}
	last := object
	err = follow(ctx, c.of(object), named(object.GetName()), func(now *Object) (bool, error) {
		if now != nil {
			last = now
		}
		return now == nil, nil
	})
	return late(err, last, fmt.Sprintf("timed out waiting for the condition; finalizers might be preventing deletion (%s)", strings.Join(last.GetFinalizers(), ", ")))
}

// leftEarly tells whether skipAwait of a kind means its deletion too.
func leftEarly(kind string) bool {
	return slices.Contains([]string{"Namespace", "Pod", "Deployment", "StatefulSet", "DaemonSet", "Job"}, kind)
}
