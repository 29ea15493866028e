package simcloud

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// realCluster is the kubernetes provider on a real API server.
type realCluster struct {
	applier
	client   *kube.Client
	patience time.Duration
}

func (*realCluster) remote() {}

// kindToken takes a type token apart: kubernetes:core/v1:Secret.
func kindToken(typ string) schema.GroupVersionKind {
	version, kind, _ := strings.Cut(strings.TrimPrefix(typ, "kubernetes:"), ":")
	return schema.FromAPIVersionAndKind(strings.TrimPrefix(version, "core/"), kind)
}

// identified is what identifies an object: its kind, and an id with its namespace and name.
func identified(typ, id string) *kube.Object {
	object := &kube.Object{}
	object.SetGroupVersionKind(kindToken(typ))
	namespace, name, namespaced := strings.Cut(id, "/")
	if !namespaced {
		namespace, name = "", id
	}
	object.SetNamespace(namespace)
	object.SetName(name)
	return object
}

func idOf(object *kube.Object) string {
	return strings.TrimPrefix(object.GetNamespace()+"/"+object.GetName(), "/")
}

func (c *realCluster) apply(r request) (kube.Apply, error) {
	manifest := fromPropertyMap(r.inputs)
	_, err := kindOf(r.typ)
	return kube.Apply{
		Manifest: asObject(manifest), Manager: c.managerOf(r), Former: r.formerManager(), Force: c.forced(manifest),
		Upsert: c.upserts, Ignored: r.ignored, Timeout: c.limit(r.timeout, manifest),
	}, err
}

// limit is how long an operation may take: what the resource says, otherwise what its annotation says, otherwise ten minutes.
func (c *realCluster) limit(seconds float64, manifest Properties) time.Duration {
	limit := 10 * time.Minute
	if annotated, err := strconv.Atoi(manifest.Text("metadata", "annotations", "pulumi.com/timeoutSeconds")); err == nil {
		limit = time.Duration(annotated) * time.Second
	}
	if seconds != 0 {
		limit = time.Duration(seconds * float64(time.Second))
	}
	if c.patience != 0 {
		return min(limit, c.patience)
	}
	return limit
}

func (c *realCluster) preview(r request) (resource.PropertyMap, error) {
	a, err := c.apply(r)
	if err != nil || r.inputs.ContainsUnknowns() {
		return r.inputs, err
	}
	ask, failed := c.client.PreviewUpdate, notUpdated
	if r.id == "" {
		ask, failed = c.client.PreviewCreate, notCreated
	}
	planned, err := ask(r.ctx, a)
	if err != nil {
		return nil, failed(idOf(a.Manifest), err)
	}
	if planned == nil {
		return r.inputs, nil
	}
	outputs := written(planned, a.Manager)
	if r.id == "" {
		delete(outputs, "status")
	}
	return outputs.propertyMap(), nil
}

// written is the outputs of a resource whose object a field manager wrote.
func written(object *kube.Object, manager string) Properties {
	outputs := Properties(object.Object).clone()
	outputs[fieldManager] = manager
	return outputs
}

func (c *realCluster) create(r request) (string, Properties, error) {
	a, err := c.apply(r)
	if err != nil {
		return "", nil, err
	}
	id := idOf(a.Manifest)
	live, err := c.client.Create(r.ctx, a)
	var late *kube.Unready
	if errors.As(err, &late) {
		return id, written(late.Object, a.Manager), unready(id, late)
	}
	if err != nil {
		return "", nil, notCreated(id, err)
	}
	return id, written(live, a.Manager), nil
}

// update fails in part if the object exists, whatever the reason is.
func (c *realCluster) update(r request) (Properties, error) {
	a, err := c.apply(r)
	if err != nil {
		return nil, err
	}
	live, failure := c.client.Update(r.ctx, a)
	if failure == nil {
		return written(live, a.Manager), nil
	}
	if live, err = c.client.Read(context.WithoutCancel(r.ctx), a.Manifest); err != nil || live == nil {
		return nil, notUpdated(idOf(a.Manifest), failure)
	}
	return written(live, a.Manager), partial(idOf(a.Manifest), failure)
}

func (c *realCluster) read(r request) (Properties, error) {
	live, err := c.client.Read(r.ctx, identified(r.typ, r.id))
	if err != nil || live == nil {
		return nil, err
	}
	return r.managed(Properties(live.Object).clone()), nil
}

func (c *realCluster) remove(r request) error {
	old := fromPropertyMap(r.oldOutputs)
	object := identified(r.typ, r.id)
	object.SetAnnotations(asObject(old).GetAnnotations())
	return c.client.Delete(r.ctx, object, c.limit(r.timeout, old))
}
