package simcloud

import (
	"errors"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// rollOut simulates the Deployment controller and the kubelet: the pods are available once everything that they refer to exists. The
// former pods stay until then, so a rollout that fails takes nothing away.
func (c *cluster) rollOut(o *Object) {
	deployment := decodeAs[appsv1.Deployment](o)
	if err := c.admitPod(deployment.Namespace, deployment.Spec.Template.Spec); err != nil {
		o.setCondition(metav1.Condition{Type: "Available", Status: metav1.ConditionFalse, Reason: "MinimumReplicasUnavailable", Message: err.Error()})
		return
	}
	o.setCondition(metav1.Condition{Type: "Available", Status: metav1.ConditionTrue, Reason: "MinimumReplicasAvailable", Message: "Deployment has minimum availability."})
}

// admitPod is the checks of a pod before its containers run.
func (c *cluster) admitPod(namespace string, pod corev1.PodSpec) error {
	if account := pod.ServiceAccountName; account != "" && account != "default" && c.get(serviceAccountType, namespace+"/"+account) == nil {
		return fmt.Errorf("error looking up service account %s/%s: serviceaccount %q not found", namespace, account, account)
	}
	if err := c.mount(namespace, pod); err != nil {
		return err
	}
	for _, container := range pod.Containers {
		if _, err := c.environment(namespace, container); err != nil && c.cloud.OperatorLags {
			c.catchUp() // the kubelet retries
		}
		if _, err := c.environment(namespace, container); err != nil {
			return err
		}
	}
	return nil
}

// findEndpoints simulates the endpoints controller: a Service leads to the pods that its selector matches.
func (c *cluster) findEndpoints(o *Object) {
	service := decodeAs[corev1.Service](o)
	for _, other := range c.cloud.all(deploymentType, func(d *Object) bool { return d.Cluster == c.name && d.is("Available") }) {
		deployment, found := decodeAs[appsv1.Deployment](other), len(service.Spec.Selector) > 0
		for label, value := range service.Spec.Selector {
			found = found && deployment.Spec.Template.Labels[label] == value
		}
		if found && deployment.Namespace == service.Namespace {
			o.setCondition(metav1.Condition{Type: endpointsFound, Status: metav1.ConditionTrue, Reason: "Found", Message: deployment.Name})
			return
		}
	}
	o.setCondition(metav1.Condition{Type: endpointsFound, Status: metav1.ConditionFalse, Reason: "None", Message: "Service does not target any Pods. Selected Pods may not be ready"})
}

// endpointsFound is no real condition of a Service; it stands for what the provider reads from its EndpointSlices.
const endpointsFound = "Endpoints"

func checkDeployment(d *appsv1.Deployment) error {
	if d.Spec.Selector == nil {
		return errors.New("spec.selector: Required value")
	}
	for label, value := range d.Spec.Selector.MatchLabels {
		if d.Spec.Template.Labels[label] != value {
			return errors.New("spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`")
		}
	}
	return checkPod(d.Spec.Template.Spec)
}

func checkService(s *corev1.Service) error {
	if wrong := validation.IsDNS1035Label(s.Name); len(wrong) > 0 {
		return fmt.Errorf("metadata.name: %s", strings.Join(wrong, "; "))
	}
	if len(s.Spec.Ports) == 0 {
		return errors.New("spec.ports: Required value")
	}
	return nil
}

func checkDisruptions(b *policyv1.PodDisruptionBudget) error {
	if b.Spec.MinAvailable != nil && b.Spec.MaxUnavailable != nil {
		return errors.New("spec: minAvailable and maxUnavailable cannot be both set")
	}
	return nil
}
