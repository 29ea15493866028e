package simcloud

import (
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// rollOut simulates the Deployment controller and the kubelet: the pods are available once everything that they refer to exists. The
// former pods stay until then, so a rollout that fails takes nothing away.
func (c *cluster) rollOut(o *Object) {
	deployment := decodeAs[appsv1.Deployment](o)
	pod := deployment.Spec.Template.Spec
	set := o.Properties.Text("metadata", "name") + "-" + digest(10, string(mustJSON(o.Properties.Map("spec", "template"))))
	o.Said = nil
	if err := c.identity(deployment.Namespace, pod); err != nil {
		o.setConditions(progressing("NewReplicaSetCreated", "Created new replica set %q", set), available(false), metav1.Condition{
			Type: "ReplicaFailure", Status: metav1.ConditionTrue, Reason: "FailedCreate", Message: fmt.Sprintf("pods %q is forbidden: %s", set+"-", err),
		})
		return
	}
	if err := c.admitPod(deployment.Namespace, pod); err != nil {
		c.event(o, "Failed", err)
		o.Said = stuck(deployment.Namespace, set, pod, waits(pod.Containers[0], "CreateContainerConfigError", err.Error()))
		o.setConditions(progressing("ReplicaSetUpdated", "ReplicaSet %q is progressing.", set), available(false))
		return
	}
	o.setConditions(progressing("NewReplicaSetAvailable", "ReplicaSet %q has successfully progressed.", set), available(true))
}

func progressing(reason, message, set string) metav1.Condition {
	return metav1.Condition{Type: "Progressing", Status: metav1.ConditionTrue, Reason: reason, Message: fmt.Sprintf(message, set)}
}

func available(is bool) metav1.Condition { //nolint:revive // what it says, not what it does
	if is {
		return metav1.Condition{Type: "Available", Status: metav1.ConditionTrue, Reason: "MinimumReplicasAvailable", Message: "Deployment has minimum availability."}
	}
	return metav1.Condition{Type: "Available", Status: metav1.ConditionFalse, Reason: "MinimumReplicasUnavailable", Message: "Deployment does not have minimum availability."}
}

// identity is the check of a pod's ServiceAccount, before there is a pod.
func (c *cluster) identity(namespace string, pod corev1.PodSpec) error {
	if account := pod.ServiceAccountName; account != "" && account != "default" && c.get(serviceAccountType, namespace+"/"+account) == nil {
		return fmt.Errorf("error looking up service account %s/%s: serviceaccount %q not found", namespace, account, account)
	}
	return nil
}

// admitPod is the checks of a pod before its containers run.
func (c *cluster) admitPod(namespace string, pod corev1.PodSpec) error {
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

// targeted simulates the endpoints controller: a Service leads to the pods that its selector matches.
func (c *cluster) targeted(o *Object) bool {
	service := decodeAs[corev1.Service](o)
	for _, other := range c.cloud.all(deploymentType, func(d *Object) bool { return d.Cluster == c.name && d.Is("Available") }) {
		deployment, found := decodeAs[appsv1.Deployment](other), len(service.Spec.Selector) > 0
		for label, value := range service.Spec.Selector {
			found = found && deployment.Spec.Template.Labels[label] == value
		}
		if found && deployment.Namespace == service.Namespace {
			return true
		}
	}
	return false
}
