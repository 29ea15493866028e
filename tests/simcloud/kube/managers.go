package kube

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// clientSide are the managers as which the provider wrote before it knew server-side apply.
func clientSide() []string {
	return []string{"pulumi-kubernetes", "pulumi-kubernetes.exe", "pulumi-resource-kubernetes"}
}

// adopted tells whether the provider takes over the fields of a manager before an update: those of the manager's that it had itself, which
// are those that it invents too, and of kubectl. It compares the beginnings of the names. So it does not take over what it created
// as a manager with another name.
func adopted(f metav1.ManagedFieldsEntry) bool {
	names := map[metav1.ManagedFieldsOperationType][]string{
		metav1.ManagedFieldsOperationApply:  {"kubectl"},
		metav1.ManagedFieldsOperationUpdate: append(clientSide(), "kubectl", "before-first-apply"),
	}
	return f.Subresource == "" && slices.ContainsFunc(names[f.Operation], func(name string) bool { return strings.HasPrefix(f.Manager, name) })
}

// adoptFields makes a manager the applier of the fields that the provider takes over.
func (c *Client) adoptFields(ctx context.Context, live *Object, manager string) (*Object, error) {
	entries, err := Adopt(live, manager)
	if entries == nil || err != nil {
		return live, err
	}
	patch, err := json.Marshal([]map[string]any{{"op": "replace", "path": "/metadata/managedFields", "value": entries}})
	if err != nil {
		return nil, err
	}
	return c.of(live).Patch(ctx, live.GetName(), types.JSONPatchType, patch, metav1.PatchOptions{})
}

// Adopt is the managed fields of an object after the provider has taken fields over for a manager; nil: there are none to take.
func Adopt(live *Object, manager string) ([]metav1.ManagedFieldsEntry, error) {
	own := metav1.ManagedFieldsEntry{}
	var others []metav1.ManagedFieldsEntry
	var taken []metav1.ManagedFieldsEntry
	for _, f := range live.GetManagedFields() {
		switch {
		case f.Manager == manager && f.Operation == metav1.ManagedFieldsOperationApply:
			own = f
		case adopted(f):
			taken = append(taken, f)
		default:
			others = append(others, f)
		}
	}
	if len(taken) == 0 {
		return nil, nil
	}
	all, err := union(append(taken, own)...)
	if err != nil {
		return nil, err
	}
	own = taken[0]
	own.Manager, own.Operation, own.FieldsV1 = manager, metav1.ManagedFieldsOperationApply, all
	return append(others, own), nil
}

// union is the fields of several managers.
func union(managers ...metav1.ManagedFieldsEntry) (*metav1.FieldsV1, error) {
	all := &fieldpath.Set{}
	for _, m := range managers {
		fields, err := fieldsOf(m)
		if err != nil {
			return nil, err
		}
		all = all.Union(fields)
	}
	raw, err := all.ToJSON()
	return &metav1.FieldsV1{Raw: raw}, err
}

func fieldsOf(m metav1.ManagedFieldsEntry) (*fieldpath.Set, error) {
	fields := &fieldpath.Set{}
	if m.FieldsV1 == nil {
		return fields, nil
	}
	if err := fields.FromJSON(bytes.NewReader(m.FieldsV1.Raw)); err != nil {
		return nil, fmt.Errorf("fields of %s: %w", m.Manager, err)
	}
	return fields, nil
}

// withIgnored is a manifest for an update that leaves ignored fields alone: what belongs to others is not in it, and what is ours, or
// nobody's, has the value that the cluster has.
func withIgnored(a Apply, live *Object) (*Object, error) {
	manifest := a.Manifest.DeepCopy()
	ours, theirs := map[string]bool{}, map[string]bool{}
	for _, m := range live.GetManagedFields() {
		owned := theirs
		if m.Manager == a.Manager {
			owned = ours
		}
		fields, err := fieldsOf(m)
		if err != nil {
			return nil, err
		}
		fields.Iterate(func(path fieldpath.Path) {
			for i := range path { // who owns a field owns a part of what it is in
				owned[path[:i+1].String()] = true
			}
		})
	}
	for _, ignored := range a.Ignored {
		path := strings.Split(ignored, ".")
		if theirs["."+ignored] && !ours["."+ignored] {
			unstructured.RemoveNestedField(manifest.Object, path...)
			continue
		}
		if value, found, err := unstructured.NestedFieldCopy(live.Object, path...); found && err == nil {
			if err := unstructured.SetNestedField(manifest.Object, value, path...); err != nil {
				return nil, err
			}
		}
	}
	return manifest, nil
}
