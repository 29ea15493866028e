package simcloud

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// runJob simulates the Job controller and the kubelet: the pods start once everything that they refer to exists, and stay pending until
// then.
func (c *cluster) runJob(o *Object) {
	job := decodeAs[batchv1.Job](o)
	pod := job.Spec.Template.Spec
	if o.Is("Complete") || o.Is("Failed") { // it does not run again, and its pods are as they ended
		o.Said = slices.DeleteFunc(o.Said, func(s string) bool { return slices.Contains(begun(job.Namespace, job.Name, pod), s) })
		return
	}
	o.Said = nil
	if err := c.identity(job.Namespace, pod); err != nil {
		c.event(o, "FailedCreate", fmt.Errorf("pods %q is forbidden: %w", job.Name+"-", err))
		return
	}
	if err := c.schedule(o, job); err != nil {
		c.event(o, "FailedScheduling", err)
		return
	}
	o.Said = begun(job.Namespace, job.Name, pod)
	if err := c.mount(job.Namespace, pod); err != nil {
		c.event(o, "FailedMount", err)
		return
	}
	tries := 7 // a limit that is not given is 6
	if limit := job.Spec.BackoffLimit; limit != nil {
		tries = 1 + int(*limit)
	}
	for range tries {
		words, ended, err := c.runPod(o, job)
		switch {
		case !ended:
			return
		case err == nil:
			o.setConditions(
				metav1.Condition{Type: "SuccessCriteriaMet", Status: metav1.ConditionTrue, Reason: "CompletionsReached", Message: "Reached expected number of succeeded pods"},
				metav1.Condition{Type: "Complete", Status: metav1.ConditionTrue, Reason: "CompletionsReached", Message: "Reached expected number of succeeded pods"},
			)
			return
		}
		for _, word := range words {
			if !slices.Contains(o.Said, word) {
				o.Said = append(o.Said, word)
			}
		}
	}
	const reason, message = "BackoffLimitExceeded", "Job has reached the specified backoff limit"
	o.setConditions(
		metav1.Condition{Type: "FailureTarget", Status: metav1.ConditionTrue, Reason: reason, Message: message},
		metav1.Condition{Type: "Failed", Status: metav1.ConditionTrue, Reason: reason, Message: message},
	)
}

// runPod runs the containers of a pod of a Job, one after the other. The pod has not ended if something is missing, or a container runs.
func (c *cluster) runPod(o *Object, job *batchv1.Job) (said []string, over bool, err error) {
	pod := job.Spec.Template.Spec
	var statuses []corev1.ContainerStatus
	for i, container := range append(slices.Clone(pod.InitContainers), pod.Containers...) {
		initializes := i < len(pod.InitContainers)
		environment, err := c.started(o, job, container)
		if err != nil && !initializes {
			o.Said = append(o.Said, stuck(job.Namespace, job.Name, pod, append(statuses, waits(container, "CreateContainerConfigError", err.Error()))...)...)
		}
		if err != nil {
			c.event(o, "Failed", err)
			return nil, false, err
		}
		err = c.run(job, container, environment)
		if errors.Is(err, ErrRunning) {
			o.Properties["status"] = map[string]any{"active": 1.0, "ready": 1.0}
			return nil, false, err
		}
		if !initializes { // of which the provider says nothing
			statuses = append(statuses, ended(container, err))
		}
		if err != nil {
			return failed(job.Namespace, job.Name, statuses...), true, err
		}
	}
	return nil, true, nil
}

// started is the variables of a container, which the log has from then on.
func (c *cluster) started(o *Object, job *batchv1.Job, container corev1.Container) (map[string]string, error) {
	environment, err := c.environment(job.Namespace, container)
	if err != nil && c.cloud.OperatorLags {
		c.catchUp()
		environment, err = c.environment(job.Namespace, container) // the kubelet retries
	}
	if err == nil && o.Properties.Number("status", "active") == 0 {
		command := strings.Join(append(slices.Clone(container.Command), container.Args...), " ")
		c.cloud.log = append(c.cloud.log, Operation{Op: "run", Type: jobType, Name: o.ID, Text: command + " in " + container.Image})
	}
	return environment, err
}

// run simulates a container: it logs in to the databases that its variables name, and a bootstrap creates logins.
func (c *cluster) run(job *batchv1.Job, container corev1.Container, environment map[string]string) error {
	for _, value := range environment {
		u, err := url.Parse(value)
		if err == nil && strings.HasPrefix(u.Scheme, "postgresql") && !pooled(u.Hostname()) {
			if u.RawQuery == "" { // libpq takes from its variables what the URL does not say
				u.RawQuery = url.Values{"sslmode": {environment["PGSSLMODE"]}, "sslrootcert": {environment["PGSSLROOTCERT"]}}.Encode()
			}
			if err := c.reach(job, u); err != nil {
				return err
			}
			login := c.cloud.login
			if _, isThere := u.User.Password(); !isThere {
				login = func(u *url.URL) error { return c.loginByToken(job, u) }
			}
			if err := login(u); err != nil {
				return err
			}
		}
	}
	if c.cloud.JobResult != nil {
		if err := c.cloud.JobResult(container.Image); err != nil {
			return err
		}
	}
	if host := environment["PGHOST"]; host != "" {
		if err := c.reach(job, &url.URL{Host: host + ":" + environment["PGPORT"]}); err != nil {
			return err
		}
		if err := c.cloud.bootstrap(environment); err != nil {
			return err
		}
	}
	if c.cloud.RunContainer == nil {
		return nil
	}
	return c.cloud.RunContainer(append(slices.Clone(container.Command), container.Args...), environment)
}
