package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// jobEnded tells whether a Job is complete. It fails if the Job has failed for good.
func jobEnded(now *Object, said func(*Object) []string) (bool, error) {
	failed, _ := conditionOf(now, "Failed")
	reason := text(failed, "reason")
	if text(failed, "status") == "True" && (reason == "BackoffLimitExceeded" || reason == "DeadlineExceeded") {
		others := append(said(now), fmt.Sprintf("[%s] %s", reason, text(failed, "message")))
		return false, &Unready{Object: now, Cause: fmt.Sprintf("Resource '%s' was created but failed to initialize", now.GetName()), Others: others}
	}
	complete, _ := conditionOf(now, "Complete")
	return text(complete, "status") == "True", nil
}

// rolledOut tells whether all pods of a Deployment are those of its template, and available.
func rolledOut(now *Object) (bool, error) {
	progressing, _ := conditionOf(now, "Progressing")
	return reached(now, "Available", "True") && reached(now, "Progressing", "True") && text(progressing, "reason") == "NewReplicaSetAvailable", nil
}

// unavailable is what a Deployment says of itself that is not rolled out.
func unavailable(deployment *Object) []string {
	var all []string
	for _, kind := range []string{"Progressing", "Available"} {
		if condition, _ := conditionOf(deployment, kind); text(condition, "status") == "False" {
			all = append(all, fmt.Sprintf("[%s] %s", text(condition, "reason"), text(condition, "message")))
		}
	}
	return append(all, "Minimum number of live Pods was not attained")
}

// newPods is what the provider reports of the pods that a Deployment has rolled out last.
func (c *Client) newPods(ctx context.Context, deployment *Object) []string {
	const revision, hash = "deployment.kubernetes.io/revision", "pod-template-hash"
	sets, _ := c.List(ctx, appsv1.SchemeGroupVersion.WithKind("ReplicaSet"), deployment.GetNamespace())
	i := slices.IndexFunc(sets, func(set Object) bool {
		return metav1.IsControlledBy(&set, deployment) && set.GetAnnotations()[revision] == deployment.GetAnnotations()[revision]
	})
	if i < 0 {
		return nil
	}
	var said []string
	pods, _ := c.List(ctx, corev1.SchemeGroupVersion.WithKind("Pod"), deployment.GetNamespace())
	for _, pod := range pods {
		if message := complaintOf(&pod); message != "" && pod.GetLabels()[hash] == sets[i].GetLabels()[hash] {
			said = append(said, message)
		}
	}
	return said
}

// listen collects what the provider reports of the pods of an object.
func (c *Client) listen(ctx context.Context, object *Object) (said func(live *Object) []string, stop func()) {
	switch object.GetKind() {
	case "Job":
		return c.listenToJob(ctx, object)
	case "Deployment":
		return func(live *Object) []string { return c.newPods(context.WithoutCancel(ctx), live) }, func() {}
	}
	return nil, func() {}
}

// listenToJob watches the pods of a Job from the beginning, because those of one that takes too long are deleted.
func (c *Client) listenToJob(ctx context.Context, job *Object) (said func(live *Object) []string, stop func()) {
	pods := c.kind(corev1.SchemeGroupVersion.WithKind("Pod"), job.GetNamespace())
	var mu sync.Mutex
	var messages []string
	hear := func(pod *Object) {
		mu.Lock()
		defer mu.Unlock()
		if message := complaintOf(pod); message != "" && !slices.Contains(messages, message) {
			messages = append(messages, message)
		}
	}
	selected := metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + job.GetName()}
	ctx, stop = context.WithCancel(ctx)
	go func() {
		_ = follow(ctx, pods, selected, func(pod *Object) (bool, error) { hear(pod); return false, nil }) // it ends with stop
	}()
	return func(*Object) []string {
		if now, err := pods.List(context.WithoutCancel(ctx), selected); err == nil { // the watch may be behind
			for i := range now.Items {
				hear(&now.Items[i])
			}
		}
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(messages)
	}, stop
}

func complaintOf(object *Object) string {
	var pod corev1.Pod
	if object == nil {
		return ""
	}
	content, err := object.MarshalJSON()
	if err != nil || json.Unmarshal(content, &pod) != nil {
		return ""
	}
	return Complaint(pod)
}

// Complaint is what the provider says of a pod that is not ready; "": nothing. It does not look at init containers.
func Complaint(pod corev1.Pod) string {
	for _, kind := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized, corev1.PodReady} {
		i := slices.IndexFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == kind })
		if i < 0 {
			return ""
		}
		condition := pod.Status.Conditions[i]
		if condition.Status == corev1.ConditionTrue || kind == corev1.PodReady && pod.Status.Phase == corev1.PodSucceeded {
			continue
		}
		failures := containerFailures(pod.Status.ContainerStatuses)
		if kind == corev1.PodScheduled || failures == nil && condition.Message == "" {
			return ""
		}
		message := fmt.Sprintf("[Pod %s/%s]: ", pod.Namespace, pod.Name)
		if condition.Reason != "" {
			message += condition.Message
		}
		if failures != nil {
			message += failures.Error()
		}
		return message
	}
	return ""
}

// containerFailures are the reasons for which containers wait or have ended, with their termination messages.
func containerFailures(statuses []corev1.ContainerStatus) error {
	var all []error
	for _, status := range statuses {
		if status.Ready {
			continue
		}
		if waiting := status.State.Waiting; waiting != nil && waiting.Reason != "ContainerCreating" {
			all = append(all, fmt.Errorf("[%s] %s", waiting.Reason, strings.TrimSuffix(waiting.Message, ": manifest unknown")))
		}
		switch ended := status.State.Terminated; {
		case ended == nil || ended.Reason == "":
		case ended.Message != "":
			all = append(all, fmt.Errorf("[%s] %s", ended.Reason, ended.Message))
		default:
			all = append(all, fmt.Errorf("container %q completed with exit code %d", status.Name, ended.ExitCode))
		}
		if last := status.LastTerminationState.Terminated; last != nil {
			all = append(all, fmt.Errorf("container %q terminated at %s (%s: exit code %d)", status.Name,
				last.FinishedAt.UTC().Format("2006-01-02T15:04:05Z"), last.Reason, last.ExitCode))
			if last.Message != "" {
				all = append(all, errors.New(last.Message))
			}
		}
	}
	return errors.Join(all...)
}
