package simcloud

import (
	"errors"
	"reflect"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// cluster is the kubernetes provider on one cluster, with the controllers that run there.
type cluster struct {
	applier
	cloud       *Cloud
	name        string
	unreachable error
}

// preview is what the API server says of a dry run. As far as a preview of a manifest with unknown values goes, the API server is not asked;
// here it is, because what it would refuse is a mistake of the program.
func (c *cluster) preview(r request) (resource.PropertyMap, error) {
	k, manifest, err := c.admit(r)
	id := objectID(k, manifest)
	o := c.get(r.typ, id)
	switch {
	case c.unreachable != nil:
		return r.inputs, nil
	case err != nil && r.id == "" && !kube.UnknownNamespace(err):
		return nil, notCreated(id, err)
	case err != nil && r.id != "":
		return nil, notUpdated(id, err)
	case err != nil || r.inputs.ContainsUnknowns() || r.id == "" && o != nil && !c.upserts:
		return r.inputs, nil
	}
	planned, err := c.plan(r, manifest, o)
	if err != nil {
		return nil, notUpdated(id, err)
	}
	planned = stored(r.typ, planned)
	planned[fieldManager] = c.managerOf(r)
	if r.id == "" {
		delete(planned, "status")
	}
	return planned.propertyMap(), nil
}

// plan is the object that a dry run makes.
func (c *cluster) plan(r request, manifest Properties, o *Object) (Properties, error) {
	switch {
	case r.id == "" && o == nil:
		return created(stored(r.typ, manifest), c.managerOf(r)), nil
	case r.id == "":
		return apply(o.Properties, kube.Apply{Manifest: asObject(manifest), Manager: c.managerOf(r), Force: true})
	case o == nil:
		return nil, apierrors.NewNotFound(groupResource(r.typ), manifest.Text("metadata", "name"))
	}
	a, err := c.applied(r, manifest).Previewed(asObject(o.Properties)).Over(asObject(o.Properties))
	if err != nil {
		return nil, err
	}
	return apply(o.Properties, a)
}

func (c *cluster) applied(r request, manifest Properties) kube.Apply {
	return kube.Apply{Manifest: asObject(manifest), Manager: c.managerOf(r), Force: c.forced(manifest), Ignored: r.ignored}
}

// admit is what the API server checks before it stores an object.
func (c *cluster) admit(r request) (kind, Properties, error) {
	manifest := fromPropertyMap(r.inputs)
	k, err := kindOf(r.typ)
	if err == nil {
		err = c.unreachable
	}
	if err == nil {
		err = validate(r.typ, manifest, r.inputs.ContainsUnknowns())
	}
	namespace := manifest.Text("metadata", "namespace")
	if err == nil && k.namespaced && c.get(namespaceType, namespace) == nil {
		err = apierrors.NewNotFound(groupResource(namespaceType), namespace)
	}
	return k, manifest, err
}

func (c *cluster) create(r request) (string, Properties, error) {
	k, manifest, err := c.admit(r)
	if c.unreachable != nil {
		return "", nil, c.unreachable
	}
	id := objectID(k, manifest)
	if err != nil {
		return "", nil, notCreated(id, err)
	}
	o := c.get(r.typ, id)
	var live Properties
	switch {
	case o == nil:
		o = &Object{Kind: r.typ, ID: id, Cluster: c.name}
		live = created(stored(r.typ, manifest), c.managerOf(r))
	case c.upserts:
		if live, err = apply(o.Properties, c.applied(r, manifest)); err == nil {
			err = sameTemplate(o, live)
		}
	default:
		err = apierrors.NewAlreadyExists(groupResource(r.typ), manifest.Text("metadata", "name"))
	}
	if err != nil {
		return "", nil, notCreated(id, err)
	}
	live, err = c.store(k, o, live)
	live[fieldManager] = c.managerOf(r)
	return id, live, unready(id, err)
}

func (c *cluster) update(r request) (Properties, error) {
	if c.unreachable != nil {
		return nil, c.unreachable
	}
	o := c.get(r.typ, r.id)
	live, failure := c.change(r, o)
	if failure != nil && o == nil {
		return nil, notUpdated(r.id, failure)
	}
	live[fieldManager] = c.managerOf(r)
	return live, partial(r.id, failure)
}

// change updates an object, and returns it as it is then.
func (c *cluster) change(r request, o *Object) (Properties, error) {
	k, manifest, err := c.admit(r)
	if o == nil {
		return nil, apierrors.NewNotFound(groupResource(r.typ), manifest.Text("metadata", "name"))
	}
	live, manager := asObject(o.Properties), c.managerOf(r)
	adopted, wrong := kube.Adopt(live, manager)
	if err := errors.Join(err, wrong); err != nil {
		return o.Properties.clone(), err
	}
	if adopted != nil {
		live.SetManagedFields(adopted)
	}
	a, err := c.applied(r, manifest).Over(live)
	if err != nil {
		return o.Properties.clone(), err
	}
	applied, err := apply(Properties(live.Object), a)
	if err == nil {
		err = sameTemplate(o, applied)
	}
	if err != nil {
		return o.Properties.clone(), err
	}
	outputs, err := c.store(k, o, applied)
	if former := r.formerManager(); err == nil && former != "" && former != manager {
		// The provider gives its former field manager up: what only this one set is removed.
		o.Properties, err = apply(o.Properties, kube.Apply{Manifest: kube.Nothing(live), Manager: former})
	}
	return outputs, err
}

// sameTemplate is the API server's refusal to change the template of a Job.
func sameTemplate(o *Object, now Properties) error {
	template := now.Map("spec", "template")
	if o.Kind != jobType || reflect.DeepEqual(o.Properties.Map("spec", "template"), template) {
		return nil
	}
	changed := field.Invalid(field.NewPath("spec", "template"), string(mustJSON(template)), "field is immutable")
	return apierrors.NewInvalid(schema.GroupKind{Group: "batch", Kind: "Job"}, now.Text("metadata", "name"), field.ErrorList{changed})
}

func (c *cluster) read(r request) (Properties, error) {
	o := c.get(r.typ, r.id)
	if o == nil {
		return nil, nil
	}
	return r.managed(o.Properties.clone()), nil
}

func (c *cluster) remove(r request) error {
	if c.unreachable != nil {
		return c.unreachable
	}
	o := c.get(r.typ, r.id)
	if o == nil {
		return nil
	}
	c.cloud.drop(o)
	for k, other := range c.cloud.objects {
		namespaced := o.Kind == namespaceType && strings.HasPrefix(other.ID, o.ID+"/")
		owned := other.owner().Text("uid") == o.Properties.Text("metadata", "uid")
		if k.cluster == c.name && (namespaced || owned) {
			delete(c.cloud.objects, k)
		}
	}
	return nil
}

func (c *cluster) get(typ, id string) *Object { return c.cloud.objects[key{typ, c.name, id}] }

// groupResource is a kind as messages have it, such as jobs.batch.
func groupResource(typ string) schema.GroupResource {
	k, _ := kindOf(typ)
	return schema.GroupResource{Group: kindToken(typ).Group, Resource: k.resource}
}
