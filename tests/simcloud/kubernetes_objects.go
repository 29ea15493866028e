package simcloud

import (
	"encoding/json"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// store stores an object, runs its controller, and waits for it as the provider does.
func (c *cluster) store(k kind, o *Object) error {
	c.cloud.put(o)
	lags := c.cloud.OperatorLags && o.Kind == externalSecretType && o.is("Ready")
	if k.reconcile != nil && !lags {
		k.reconcile(c, o)
	}
	if o.annotation("pulumi.com/skipAwait") == "true" {
		return nil
	}
	for _, condition := range k.awaited(o) {
		if !o.is(condition) {
			return &initError{reasons: append([]string{
				fmt.Sprintf("the Kubernetes API server reported that %q failed to fully initialize or become live: "+
					"timed out waiting for condition %s", o.ID, condition),
			}, o.conditions()...)}
		}
	}
	return nil
}

func (o *Object) annotation(name string) string {
	return o.Properties.Text("metadata", "annotations", name)
}

// is tells whether a condition of the object is True.
func (o *Object) is(condition string) bool {
	return slices.ContainsFunc(o.Properties.List("status", "conditions"), func(c Properties) bool {
		return c.Text("type") == condition && c.Text("status") == "True"
	})
}

// conditions are the conditions in the form of the messages: "Ready=False: reason: message".
func (o *Object) conditions() []string {
	var all []string
	for _, c := range o.Properties.List("status", "conditions") {
		all = append(all, fmt.Sprintf("%s=%s: %s: %s", c.Text("type"), c.Text("status"), c.Text("reason"), c.Text("message")))
	}
	return all
}

// setCondition makes a condition the only one: simulated objects have one at a time.
func (o *Object) setCondition(c metav1.Condition) {
	o.Properties["status"] = map[string]any{"conditions": []any{map[string]any{
		"type": c.Type, "status": string(c.Status), "reason": c.Reason, "message": c.Message,
	}}}
}

// decodeAs decodes an object into its published type. It was decoded strictly when it was admitted, so an error is a programming error.
func decodeAs[T any](o *Object) *T {
	var typed T
	if err := json.Unmarshal(mustJSON(o.Properties), &typed); err != nil {
		panic(fmt.Sprintf("%s %s: %v", o.Kind, o.ID, err))
	}
	return &typed
}
