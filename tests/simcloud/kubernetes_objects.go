package simcloud

import (
	"encoding/json"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// store stores an object, runs its controller, and waits for it as the provider does. It returns what the provider has seen of it.
func (c *cluster) store(k kind, o *Object, live Properties) (Properties, error) {
	metadata := live.Map("metadata")
	if metadata["uid"] == nil {
		metadata["uid"] = digest(32, c.name, o.Kind, o.ID, fmt.Sprint(len(c.cloud.log)))
	}
	metadata["creationTimestamp"] = "2025-01-01T00:00:00Z"
	metadata["generation"] = o.Properties.Number("metadata", "generation") + 1
	o.Properties = stored(o.Kind, live)
	c.cloud.put(o)
	before := o.Properties.clone()
	// The operator does not say of which generation its condition is, so the provider takes that of the former one.
	ready := (o.Kind == externalSecretType || o.Kind == secretStoreType) && o.Is("Ready")
	lags := c.cloud.OperatorLags && o.Kind == externalSecretType && ready
	if k.reconcile != nil && !lags {
		k.reconcile(c, o)
	}
	now := asObject(o.Properties)
	if ready || !kube.Awaited(now) {
		return before, nil
	}
	if o.Kind == serviceType && !c.targeted(o) {
		return o.Properties.clone(), kube.Untargeted(now)
	}
	return o.Properties.clone(), kube.Judge(now, o.Said)
}

func (o *Object) annotation(name string) string {
	return o.Properties.Text("metadata", "annotations", name)
}

// Is tells whether a condition of the object is True.
func (o Object) Is(condition string) bool {
	return slices.ContainsFunc(o.Properties.List("status", "conditions"), func(c Properties) bool {
		return c.Text("type") == condition && c.Text("status") == "True"
	})
}

// setConditions makes conditions the status of an object.
func (o *Object) setConditions(conditions ...metav1.Condition) {
	var all []any
	for _, c := range conditions {
		all = append(all, map[string]any{"type": c.Type, "status": string(c.Status), "reason": c.Reason, "message": c.Message})
	}
	o.Properties["status"] = map[string]any{"conditions": all}
}

// decodeAs decodes an object into its published type. It was decoded strictly when it was admitted, so an error is a programming error.
func decodeAs[T any](o *Object) *T {
	var typed T
	if err := json.Unmarshal(mustJSON(o.Properties), &typed); err != nil {
		panic(fmt.Sprintf("%s %s: %v", o.Kind, o.ID, err))
	}
	return &typed
}
