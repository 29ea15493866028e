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
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// awaitJob waits until a Job is complete. It fails at once if the Job has failed for good.
func (c *Client) awaitJob(ctx context.Context, job *Object) (*Object, error) {
	said, stop := c.listen(ctx, job)
	defer stop()
	live, err := c.watch(ctx, job, func(now *Object) (bool, error) {
		failed, _ := conditionOf(now, "Failed")
		reason := text(failed, "reason")
		if text(failed, "status") == "True" && (reason == "BackoffLimitExceeded" || reason == "DeadlineExceeded") {
			others := append(said(), fmt.Sprintf("[%s] %s", reason, text(failed, "message")))
			return false, &Unready{Object: now, Cause: fmt.Sprintf("Resource '%s' was created but failed to initialize", now.GetName()), Others: others}
		}
		complete, _ := conditionOf(now, "Complete")
		return text(complete, "status") == "True", nil
	})
	if err != nil {
		err = late(err, live, fmt.Sprintf("'%s' timed out waiting to be Ready", job.GetName()), said()...)
	}
	return live, err
}

// awaitDeployment waits until all pods of a Deployment are those of its template, and available.
func (c *Client) awaitDeployment(ctx context.Context, deployment *Object) (*Object, error) {
	live, err := c.watch(ctx, deployment, func(now *Object) (bool, error) {
		progressing, _ := conditionOf(now, "Progressing")
		return reached(now, "Available", "True") && reached(now, "Progressing", "True") && text(progressing, "reason") == "NewReplicaSetAvailable", nil
	})
	if err == nil {
		return live, nil
	}
	var others []string
	for _, kind := range []string{"Progressing", "Available"} {
		if condition, _ := conditionOf(live, kind); text(condition, "status") == "False" {
			others = append(others, fmt.Sprintf("[%s] %s", text(condition, "reason"), text(condition, "message")))
		}
	}
	others = append(others, "Minimum number of live Pods was not attained")
	others = append(others, c.newPods(context.WithoutCancel(ctx), live)...)
	return live, late(err, live, fmt.Sprintf("'%s' timed out waiting to be Ready", deployment.GetName()), others...)
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
		if message := complaint(&pod); message != "" && pod.GetLabels()[hash] == sets[i].GetLabels()[hash] {
			said = append(said, message)
		}
	}
	return said
}

// awaitService waits until a Service leads to a pod. The provider then waits ten seconds more for other pods.
func (c *Client) awaitService(ctx context.Context, service *Object) (*Object, error) {
	spec, _, _ := unstructured.NestedMap(service.Object, "spec")
	if text(spec, "clusterIP") == corev1.ClusterIPNone || text(spec, "type") == string(corev1.ServiceTypeExternalName) {
		return service, nil
	}
	endpoints := corev1.SchemeGroupVersion.WithKind("Endpoints")
	err := follow(ctx, c.kind(endpoints, service.GetNamespace()), named(service.GetName()), func(now *Object) (bool, error) {
		if now == nil {
			return false, nil
		}
		subsets, _, _ := unstructured.NestedSlice(now.Object, "subsets")
		return len(subsets) > 0, nil
	})
	if err != nil {
		return service, late(err, service, fmt.Sprintf("'%s' timed out waiting to be Ready", service.GetName()),
			"Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods")
	}
	return c.of(service).Get(ctx, service.GetName(), metav1.GetOptions{})
}

// listen collects what the provider reports of the pods of a Job. Those of one that takes too long are deleted, so it watches them from
// the beginning.
func (c *Client) listen(ctx context.Context, job *Object) (said func() []string, stop func()) {
	pods := c.kind(corev1.SchemeGroupVersion.WithKind("Pod"), job.GetNamespace())
	var mu sync.Mutex
	var messages []string
	hear := func(pod *Object) {
		mu.Lock()
		defer mu.Unlock()
		if message := complaint(pod); message != "" && !slices.Contains(messages, message) {
			messages = append(messages, message)
		}
	}
	selected := metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + job.GetName()}
	ctx, stop = context.WithCancel(ctx)
	go func() {
		_ = follow(ctx, pods, selected, func(pod *Object) (bool, error) { hear(pod); return false, nil }) // it ends with stop
	}()
	return func() []string {
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

// complaint is what the provider says of a pod that is not ready; "": nothing. It does not look at init containers.
func complaint(object *Object) string {
	var pod corev1.Pod
	if object == nil {
		return ""
	}
	content, err := object.MarshalJSON()
	if err != nil || json.Unmarshal(content, &pod) != nil {
		return ""
	}
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
