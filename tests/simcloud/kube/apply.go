package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Apply is what a create or an update of a resource gives the provider.
type Apply struct {
	Manifest *Object
	Manager  string   // the field manager
	Former   string   // the field manager of the last operation; "": there was none
	Force    bool     // whether to take fields from other managers
	Upsert   bool     // whether a create changes an object that exists
	Ignored  []string // an update leaves these fields as they are, such as spec or metadata.annotations
	Timeout  time.Duration
}

// Create creates an object and waits for it. If the namespace, or the kind, is not there yet, it tries again for a minute. Without
// Upsert it is a POST, so that fields which the manifest sets belong to the manager's operation Update and not to Apply.
func (c *Client) Create(ctx context.Context, a Apply) (*Object, error) {
	ctx, cancel := context.WithTimeout(ctx, a.Timeout)
	defer cancel()
	live, err := c.create(ctx, a)
	for wait := 2 * time.Second; apierrors.IsNotFound(err) && wait < time.Minute; wait *= 2 {
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(wait):
			live, err = c.create(ctx, a)
		}
	}
	if err != nil {
		return nil, err
	}
	return c.await(ctx, live)
}

func (c *Client) create(ctx context.Context, a Apply, dryRun ...string) (*Object, error) {
	if a.Upsert {
		return c.patch(ctx, a, dryRun...)
	}
	return c.of(a.Manifest).Create(ctx, a.Manifest, metav1.CreateOptions{FieldManager: a.Manager, DryRun: dryRun})
}

// Update applies a manifest to an object that exists, and waits for it.
func (c *Client) Update(ctx context.Context, a Apply) (*Object, error) {
	ctx, cancel := context.WithTimeout(ctx, a.Timeout)
	defer cancel()
	live, err := c.existing(ctx, a)
	if err == nil {
		live, err = c.adoptFields(ctx, live, a.Manager)
	}
	if err == nil {
		live, err = c.update(ctx, a, live)
	}
	if err == nil {
		live, err = c.await(ctx, live)
	}
	if err == nil && a.Former != "" && a.Former != a.Manager {
		err = c.relinquish(ctx, a.Manifest, a.Former)
	}
	return live, err
}

func (c *Client) existing(ctx context.Context, a Apply) (*Object, error) {
	return c.of(a.Manifest).Get(ctx, a.Manifest.GetName(), metav1.GetOptions{})
}

func (c *Client) update(ctx context.Context, a Apply, live *Object, dryRun ...string) (*Object, error) {
	a, err := a.Over(live)
	if err != nil {
		return nil, err
	}
	return c.patch(ctx, a, dryRun...)
}

// Over is what an update of an object applies to it.
func (a Apply) Over(live *Object) (Apply, error) {
	manifest, err := withIgnored(a, live)
	a.Manifest, a.Force = manifest, a.Force || len(live.GetManagedFields()) == 0
	return a, err
}

// Previewed is what the preview of an update applies to an object: it takes the fields of the managers that the provider had.
func (a Apply) Previewed(live *Object) Apply {
	a.Force = a.Force || slices.ContainsFunc(live.GetManagedFields(), func(f metav1.ManagedFieldsEntry) bool {
		return f.Operation == metav1.ManagedFieldsOperationUpdate && slices.Contains(clientSide(), f.Manager)
	})
	return a
}

// patch is server-side apply.
func (c *Client) patch(ctx context.Context, a Apply, dryRun ...string) (*Object, error) {
	body, err := json.Marshal(a.Manifest.Object)
	if err != nil {
		return nil, err
	}
	live, err := c.of(a.Manifest).Patch(ctx, a.Manifest.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{
		FieldManager: a.Manager, Force: &a.Force, DryRun: dryRun, FieldValidation: metav1.FieldValidationWarn,
	})
	if apierrors.IsConflict(err) {
		return nil, Conflicted(a.Manager, err)
	}
	return live, err
}

// Conflicted is what the provider says of a conflict of a field manager with others.
func Conflicted(manager string, err error) error {
	return fmt.Errorf("Server-Side Apply field conflict detected. See %s for troubleshooting help.\n"+
		"The resource managed by field manager %q had an apply conflict: %w", conflictHelp, manager, err)
}

const conflictHelp = "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/" +
	"#handle-field-conflicts-on-existing-resources"

// relinquish gives a field manager up: what only this one set is removed from the object.
func (c *Client) relinquish(ctx context.Context, object *Object, manager string) error {
	_, err := c.patch(ctx, Apply{Manifest: Nothing(object), Manager: manager})
	return err
}

// Nothing is a manifest of an object without fields.
func Nothing(object *Object) *Object {
	nothing := &Object{}
	nothing.SetGroupVersionKind(object.GroupVersionKind())
	nothing.SetNamespace(object.GetNamespace())
	nothing.SetName(object.GetName())
	return nothing
}

// PreviewCreate is what Create would create, from a dry run. It is nil, without an error, if the provider takes the manifest instead:
// the caller may not create it, its namespace or the object itself is there or is not there before the run, or nobody answers.
func (c *Client) PreviewCreate(ctx context.Context, a Apply) (*Object, error) {
	a.Force = true // the object of a replacement exists
	planned, err := c.create(ctx, a, metav1.DryRunAll)
	if immutable(err) {
		a.Manifest = a.Manifest.DeepCopy()
		a.Manifest.SetName(a.Manifest.GetName() + "-preview")
		planned, err = c.create(ctx, a, metav1.DryRunAll)
	}
	if err != nil && (!refused(err) || apierrors.IsForbidden(err) || apierrors.IsAlreadyExists(err) || UnknownNamespace(err) || noDryRun(err)) {
		return nil, nil
	}
	return planned, err
}

// PreviewUpdate is what Update would make of the object, from a dry run; nil as with PreviewCreate.
func (c *Client) PreviewUpdate(ctx context.Context, a Apply) (*Object, error) {
	live, err := c.existing(ctx, a)
	if err == nil {
		live, err = c.update(ctx, a.Previewed(live), live, metav1.DryRunAll)
	}
	if err != nil && (!refused(err) || apierrors.IsForbidden(err)) {
		return nil, nil
	}
	return live, err
}

func immutable(err error) bool {
	return apierrors.IsInvalid(err) && strings.Contains(err.Error(), "field is immutable")
}

// noDryRun tells whether a webhook that checks the object has side effects, so that there are no dry runs.
func noDryRun(err error) bool {
	return apierrors.IsBadRequest(err) && strings.Contains(err.Error(), "does not support dry run")
}
