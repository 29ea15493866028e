package simcloud

import (
	"errors"

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

// complaint is what the provider reports of the one pod of a workload.
func complaint(namespace, name string, statuses ...corev1.ContainerStatus) []string {
	said := kube.Complaint(corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name + "-" + digest(5, namespace, name)},
		Status: corev1.PodStatus{
			Conditions: []corev1.PodCondition{
				{Type: corev1.PodScheduled, Status: corev1.ConditionTrue}, {Type: corev1.PodInitialized, Status: corev1.ConditionTrue},
				{Type: corev1.PodReady, Status: corev1.ConditionFalse},
			},
			ContainerStatuses: statuses,
		},
	})
	if said == "" {
		return nil
	}
	return []string{said}
}
