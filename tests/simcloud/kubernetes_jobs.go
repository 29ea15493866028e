package simcloud

import (
	"encoding/base64"
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
	if o.is("Complete") || o.is("Failed") {
		return // it does not run again
	}
	job := decodeAs[batchv1.Job](o)
	pod := job.Spec.Template.Spec
	if account := pod.ServiceAccountName; account != "" && account != "default" &&
		c.get(serviceAccountType, job.Namespace+"/"+account) == nil {
		o.setCondition(metav1.Condition{Type: "Pending", Status: metav1.ConditionTrue, Reason: "FailedCreate", Message: fmt.Sprintf(
			"Error creating: pods is forbidden: error looking up service account %s/%s: serviceaccount %q not found", job.Namespace, account, account)})
		return
	}
	if err := c.schedule(o, job); err != nil {
		o.setCondition(metav1.Condition{Type: "Pending", Status: metav1.ConditionTrue, Reason: "FailedScheduling", Message: err.Error()})
		return
	}
	if err := c.mount(job.Namespace, pod); err != nil {
		o.setCondition(metav1.Condition{Type: "Pending", Status: metav1.ConditionTrue, Reason: "FailedMount", Message: err.Error()})
		return
	}
	for _, container := range append(slices.Clone(pod.InitContainers), pod.Containers...) {
		environment, err := c.environment(job.Namespace, container)
		if err != nil && c.cloud.OperatorLags {
			c.catchUp()
			environment, err = c.environment(job.Namespace, container) // the kubelet retries
		}
		if err != nil {
			o.setCondition(metav1.Condition{Type: "Pending", Status: metav1.ConditionTrue, Reason: "CreateContainerConfigError", Message: err.Error()})
			return
		}
		if o.Properties.Number("status", "active") == 0 {
			command := strings.Join(append(slices.Clone(container.Command), container.Args...), " ")
			c.cloud.log = append(c.cloud.log, Operation{Op: "run", Type: jobType, Name: o.ID, Text: command + " in " + container.Image})
		}
		err = c.run(job, container, environment)
		if errors.Is(err, ErrRunning) {
			o.Properties["status"] = map[string]any{"active": 1.0}
			return
		}
		if err != nil {
			o.setCondition(metav1.Condition{Type: "Failed", Status: metav1.ConditionTrue, Reason: "BackoffLimitExceeded", Message: "Job has reached the specified backoff limit" + lastWords(job, container, err)})
			return
		}
	}
	o.setCondition(metav1.Condition{Type: "Complete", Status: metav1.ConditionTrue, Reason: "CompletionsReached", Message: "Reached expected number of succeeded pods"})
}

// lastWords is what the provider reports about a failed pod: the termination message of its main containers. With
// terminationMessagePolicy FallbackToLogsOnError, that is the end of the log. The provider ignores init containers.
func lastWords(job *batchv1.Job, container corev1.Container, err error) string {
	pod := job.Spec.Template.Spec
	unready := fmt.Sprintf(": [Pod %s/%s-x]: containers with unready status: [%s]", job.Namespace, job.Name, pod.Containers[0].Name)
	main := slices.ContainsFunc(pod.Containers, func(c corev1.Container) bool { return c.Name == container.Name })
	switch {
	case !main:
		return unready
	case container.TerminationMessagePolicy != corev1.TerminationMessageFallbackToLogsOnError:
		return unready + fmt.Sprintf("container %q completed with exit code 1", container.Name)
	}
	return unready + "[Error] " + err.Error()
}

// environment is the variables of a container. If a value cannot be resolved, the error is that of the kubelet.
func (c *cluster) environment(namespace string, container corev1.Container) (map[string]string, error) {
	variables := map[string]string{}
	for _, from := range container.EnvFrom {
		var data map[string]string
		var err error
		switch {
		case from.SecretRef != nil:
			data, err = c.data(kubeSecretType, namespace, from.SecretRef.Name, from.SecretRef.Optional)
		case from.ConfigMapRef != nil:
			data, err = c.data(configMapType, namespace, from.ConfigMapRef.Name, from.ConfigMapRef.Optional)
		}
		if err != nil {
			return nil, err
		}
		for name, value := range data {
			variables[from.Prefix+name] = value
		}
	}
	for _, env := range container.Env {
		variables[env.Name] = env.Value
		if env.ValueFrom == nil {
			continue
		}
		typ, name, wanted, optional := configMapType, "", "", (*bool)(nil)
		if ref := env.ValueFrom.SecretKeyRef; ref != nil {
			typ, name, wanted, optional = kubeSecretType, ref.Name, ref.Key, ref.Optional
		} else if ref := env.ValueFrom.ConfigMapKeyRef; ref != nil {
			name, wanted, optional = ref.Name, ref.Key, ref.Optional
		} else {
			continue // from a field of the pod
		}
		data, err := c.data(typ, namespace, name, optional)
		if err != nil {
			return nil, err
		}
		value, ok := data[wanted]
		if !ok && (optional == nil || !*optional) {
			return nil, fmt.Errorf("couldn't find key %s in %s %s/%s", wanted, typ[strings.LastIndex(typ, ":")+1:], namespace, name)
		}
		variables[env.Name] = value
	}
	return variables, nil
}

// data is the decoded content of a Secret or a ConfigMap.
func (c *cluster) data(typ, namespace, name string, optional *bool) (map[string]string, error) {
	o := c.get(typ, namespace+"/"+name)
	if o == nil {
		if optional != nil && *optional {
			return nil, nil
		}
		return nil, fmt.Errorf("%s %q not found", strings.ToLower(typ[strings.LastIndex(typ, ":")+1:]), name)
	}
	data := map[string]string{}
	for name := range o.Properties.Map("stringData") {
		data[name] = o.Properties.Text("stringData", name)
	}
	for name := range o.Properties.Map("data") {
		data[name] = o.Properties.Text("data", name)
		if decoded, err := base64.StdEncoding.DecodeString(data[name]); err == nil && typ == kubeSecretType {
			data[name] = string(decoded)
		}
	}
	return data, nil
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
			if err := c.cloud.login(u); err != nil {
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
