package node

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// conditions are those of a pod that is scheduled, with a kubelet's reasons.
func (p *pod) conditions() []corev1.PodCondition {
	initializing := names(p.status.InitContainerStatuses, func(s corev1.ContainerStatus) bool {
		return s.State.Terminated == nil || s.State.Terminated.ExitCode != 0
	})
	unready := names(p.status.ContainerStatuses, func(s corev1.ContainerStatus) bool { return !s.Ready })
	initialized, ready := corev1.PodCondition{Status: corev1.ConditionTrue}, corev1.PodCondition{Status: corev1.ConditionTrue}
	if len(initializing) > 0 {
		initialized = corev1.PodCondition{Status: corev1.ConditionFalse, Reason: "ContainersNotInitialized", Message: fmt.Sprintf("containers with incomplete status: %v", initializing)}
	}
	switch {
	case p.status.Phase == corev1.PodSucceeded:
		initialized.Reason = "PodCompleted"
		ready = corev1.PodCondition{Status: corev1.ConditionFalse, Reason: "PodCompleted"}
	case p.status.Phase == corev1.PodFailed:
		ready = corev1.PodCondition{Status: corev1.ConditionFalse, Reason: "PodFailed"}
	case len(unready) > 0:
		ready = corev1.PodCondition{Status: corev1.ConditionFalse, Reason: "ContainersNotReady", Message: fmt.Sprintf("containers with unready status: %v", unready)}
	}
	return []corev1.PodCondition{
		p.condition(corev1.PodScheduled, corev1.PodCondition{Status: corev1.ConditionTrue}), p.condition(corev1.PodInitialized, initialized),
		p.condition(corev1.ContainersReady, ready), p.condition(corev1.PodReady, ready),
	}
}

// condition is a condition of the pod, with the time since which it has its status.
func (p *pod) condition(of corev1.PodConditionType, now corev1.PodCondition) corev1.PodCondition {
	now.Type, now.LastTransitionTime = of, metav1.Now()
	for _, before := range p.status.Conditions {
		if before.Type == of && before.Status == now.Status {
			now.LastTransitionTime = before.LastTransitionTime
		}
	}
	return now
}

// names are the names of the containers whose status matches.
func names(all []corev1.ContainerStatus, matches func(corev1.ContainerStatus) bool) []string {
	var found []string
	for _, s := range all {
		if matches(s) {
			found = append(found, s.Name)
		}
	}
	return found
}
