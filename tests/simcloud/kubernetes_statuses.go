package simcloud

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// ended is the status of a container that ran. With terminationMessagePolicy FallbackToLogsOnError, its last words are the end of the log.
func ended(container corev1.Container, failure error) corev1.ContainerStatus {
	end := &corev1.ContainerStateTerminated{Reason: "Completed"}
	if failure != nil {
		end.Reason, end.ExitCode = "Error", 1
		if exit := (interface{ ExitCode() int })(nil); errors.As(failure, &exit) {
			end.ExitCode = int32(exit.ExitCode())
		}
		if container.TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError {
			end.Message = failure.Error()
		}
	}
	return corev1.ContainerStatus{Name: container.Name, State: corev1.ContainerState{Terminated: end}}
}

// waits is the status of a container that cannot start yet.
func waits(container corev1.Container, reason, message string) corev1.ContainerStatus {
	return corev1.ContainerStatus{Name: container.Name, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}}
}

// begun is what the provider reports of a pod, the one of a workload, whose containers have not started.
func begun(namespace, name string, pod corev1.PodSpec) []string {
	if initial := containerNames(pod.InitContainers); len(initial) > 0 {
		waits := corev1.PodCondition{Status: corev1.ConditionFalse, Reason: "ContainersNotInitialized", Message: fmt.Sprintf("containers with incomplete status: %v", initial)}
		return complaint(namespace, name, waits, notReady(pod))
	}
	return complaint(namespace, name, corev1.PodCondition{Status: corev1.ConditionTrue}, notReady(pod))
}

// stuck is what the provider reports of a pod of which some containers cannot start.
func stuck(namespace, name string, pod corev1.PodSpec, statuses ...corev1.ContainerStatus) []string {
	return complaint(namespace, name, corev1.PodCondition{Status: corev1.ConditionTrue}, notReady(pod), statuses...)
}

// failed is what the provider reports of a pod that has ended.
func failed(namespace, name string, statuses ...corev1.ContainerStatus) []string {
	return complaint(namespace, name, corev1.PodCondition{Status: corev1.ConditionTrue}, corev1.PodCondition{Status: corev1.ConditionFalse, Reason: "PodFailed"}, statuses...)
}

// notReady is the condition of a pod none of whose containers is ready.
func notReady(pod corev1.PodSpec) corev1.PodCondition {
	return corev1.PodCondition{
		Status: corev1.ConditionFalse, Reason: "ContainersNotReady", Message: fmt.Sprintf("containers with unready status: %v", containerNames(pod.Containers)),
	}
}

func containerNames(containers []corev1.Container) []string {
	var names []string
	for _, c := range containers {
		names = append(names, c.Name)
	}
	return names
}

func complaint(namespace, name string, initialized, ready corev1.PodCondition, statuses ...corev1.ContainerStatus) []string {
	initialized.Type, ready.Type = corev1.PodInitialized, corev1.PodReady
	said := kube.Complaint(corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name + "-" + digest(5, namespace, name)},
		Status: corev1.PodStatus{
			Conditions:        []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionTrue}, initialized, ready},
			ContainerStatuses: statuses,
		},
	})
	if said == "" {
		return nil
	}
	return []string{said}
}
