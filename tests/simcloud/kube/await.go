package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

const (
	skipAwait = "pulumi.com/skipAwait"
	waitFor   = "pulumi.com/waitFor"
)

// await waits until an object is what its annotation asks for or, without one, what the provider expects of its kind. It returns the
// object as it is then.
func (c *Client) await(ctx context.Context, object *Object) (*Object, error) {
	if targets(object) {
		return c.awaitService(ctx, object)
	}
	said, stop := c.listen(ctx, object)
	defer stop()
	wanted, err := goalOf(object, said)
	if wanted == nil || err != nil {
		return object, err
	}
	live, err := c.watch(ctx, object, wanted.reached)
	if err != nil {
		err = late(err, live, wanted.cause, wanted.others(live)...)
	}
	return live, err
}

// conditionsOf are the expressions of an annotation: one, or a list in JSON.
func conditionsOf(annotation string) []string {
	var several []string
	if json.Unmarshal([]byte(annotation), &several) != nil {
		return []string{annotation}
	}
	return several
}

// conditionsGoal is conditions like those of kubectl wait --for. What a former generation reached counts, if the controller does not say
// which generation it speaks of.
func conditionsGoal(wanted []string) (*goal, error) {
	for _, expression := range wanted {
		if !strings.HasPrefix(expression, "condition=") {
			return nil, fmt.Errorf("expected a \"condition=\" prefix, got %q; jsonpath= is not simulated", expression)
		}
	}
	return &goal{func(now *Object) (bool, error) {
		for _, expression := range wanted {
			kind, status, given := strings.Cut(strings.TrimPrefix(expression, "condition="), "=")
			if !given {
				status = string(metav1.ConditionTrue)
			}
			if !reached(now, kind, status) {
				return false, nil
			}
		}
		return true, nil
	}, "timed out waiting for the condition", statuses}, nil
}

// statuses are the conditions of an object, as "Ready=False: reason: message". The provider shows them while it waits, and not in its error.
func statuses(object *Object) []string {
	var all []string
	for _, condition := range conditions(object) {
		all = append(all, fmt.Sprintf("%s=%s: %s: %s", text(condition, "type"), text(condition, "status"), text(condition, "reason"), text(condition, "message")))
	}
	return all
}

// reached tells whether a condition of an object has a status.
func reached(object *Object, kind, status string) bool {
	condition, found := conditionOf(object, kind)
	if !found || !strings.EqualFold(text(condition, "status"), status) {
		return false
	}
	observed, says := condition["observedGeneration"].(int64)
	if !says {
		observed, says, _ = unstructured.NestedInt64(object.Object, "status", "observedGeneration")
	}
	return !says || observed >= object.GetGeneration()
}

func conditionOf(object *Object, kind string) (map[string]any, bool) {
	for _, condition := range conditions(object) {
		if strings.EqualFold(text(condition, "type"), kind) {
			return condition, true
		}
	}
	return nil, false
}

func conditions(object *Object) []map[string]any {
	list, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	var all []map[string]any
	for _, item := range list {
		if condition, ok := item.(map[string]any); ok {
			all = append(all, condition)
		}
	}
	return all
}

func text(of map[string]any, name string) string { s, _ := of[name].(string); return s }

// late makes an Unready of the end of the time to wait.
func late(err error, live *Object, cause string, others ...string) error {
	switch {
	case errors.Is(err, context.Canceled):
		cause = fmt.Sprintf("Resource operation was cancelled for %q", live.GetName())
	case !errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return &Unready{Object: live, Cause: cause, Others: others}
}

// watch shows an object to a function, as it is now and after each change, until the function is done. It returns the object as it was
// last. After the time to wait, the error is that of the context.
func (c *Client) watch(ctx context.Context, object *Object, seen func(*Object) (bool, error)) (*Object, error) {
	last := object
	err := follow(ctx, c.of(object), named(object.GetName()), func(now *Object) (bool, error) {
		if now == nil { // somebody deleted it, and may create it again
			return false, nil
		}
		last = now
		return seen(now)
	})
	return last, err
}

func named(name string) metav1.ListOptions {
	return metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("metadata.name", name).String()}
}

// follow shows the objects that are selected to a function, as they are now and after each change, until the function is done. It shows
// nil if there is none in the beginning, and when one is gone.
func follow(ctx context.Context, resource dynamic.ResourceInterface, selected metav1.ListOptions, seen func(*Object) (bool, error)) error {
	for {
		done, err := followOnce(ctx, resource, selected, seen)
		switch {
		case ctx.Err() != nil && !done:
			return ctx.Err()
		case err != nil || done:
			return err
		}
		// The server ends a watch from time to time.
	}
}

func followOnce(ctx context.Context, resource dynamic.ResourceInterface, selected metav1.ListOptions, seen func(*Object) (bool, error)) (bool, error) {
	list, err := resource.List(ctx, selected)
	if err != nil {
		return false, err
	}
	if len(list.Items) == 0 {
		if done, err := seen(nil); done || err != nil {
			return done, err
		}
	}
	for i := range list.Items {
		if done, err := seen(&list.Items[i]); done || err != nil {
			return done, err
		}
	}
	selected.ResourceVersion = list.GetResourceVersion()
	changes, err := resource.Watch(ctx, selected)
	if err != nil {
		return false, err
	}
	defer changes.Stop()
	for change := range changes.ResultChan() {
		now, ok := change.Object.(*Object)
		if !ok || change.Type == watch.Error { // such as that the watch lags too far behind
			return false, nil
		}
		if change.Type == watch.Deleted {
			now = nil
		}
		if done, err := seen(now); done || err != nil {
			return done, err
		}
	}
	return false, nil
}
