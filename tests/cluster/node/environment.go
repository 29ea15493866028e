package node

import (
	"context"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"
)

// environment is the variables of a container. The error is the kubelet's: it holds the container back until what is missing is there.
func (p *pod) environment(ctx context.Context, image Image, c corev1.Container) (map[string]string, error) {
	variables := map[string]string{"HOSTNAME": p.live.Name}
	maps.Copy(variables, image.Env)
	for _, from := range c.EnvFrom {
		data, err := p.from(ctx, from)
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(data)) {
			variables[from.Prefix+name] = data[name]
		}
	}
	// A value may refer to variables before it, but not to those from envFrom.
	known := map[string]string{}
	lookup := expansion.MappingFuncFor(known)
	for _, e := range c.Env {
		value, found := expansion.Expand(e.Value, lookup), true
		if e.ValueFrom != nil {
			var err error
			if value, found, err = p.valueFrom(ctx, e.ValueFrom); err != nil {
				return nil, err
			}
		}
		if found {
			known[e.Name], variables[e.Name] = value, value
		}
	}
	return variables, nil
}

func (p *pod) from(ctx context.Context, from corev1.EnvFromSource) (map[string]string, error) {
	switch {
	case from.SecretRef != nil:
		return p.secret(ctx, from.SecretRef.Name, from.SecretRef.Optional)
	case from.ConfigMapRef != nil:
		return p.configMap(ctx, from.ConfigMapRef.Name, from.ConfigMapRef.Optional)
	}
	return nil, nil
}

// valueFrom is a value from elsewhere; false: it is optional, and not there.
func (p *pod) valueFrom(ctx context.Context, from *corev1.EnvVarSource) (string, bool, error) {
	switch {
	case from.SecretKeyRef != nil:
		ref := from.SecretKeyRef
		data, err := p.secret(ctx, ref.Name, ref.Optional)
		return p.entry(data, err, "Secret", reference(*ref))
	case from.ConfigMapKeyRef != nil:
		ref := from.ConfigMapKeyRef
		data, err := p.configMap(ctx, ref.Name, ref.Optional)
		return p.entry(data, err, "ConfigMap", reference(*ref))
	case from.FieldRef != nil:
		value, err := p.field(from.FieldRef.FieldPath)
		return value, true, err
	}
	return "", false, fmt.Errorf("this node knows values from Secrets, ConfigMaps and fields of the pod only")
}

// reference names an entry of a Secret or a ConfigMap.
type reference struct {
	corev1.LocalObjectReference
	Key      string
	Optional *bool
}

// entry is an entry of data that was read, or not.
func (p *pod) entry(data map[string]string, err error, kind string, ref reference) (string, bool, error) {
	if err != nil {
		return "", false, err
	}
	value, found := data[ref.Key]
	if !found && !optional(ref.Optional) {
		return "", false, fmt.Errorf("couldn't find key %s in %s %s/%s", ref.Key, kind, p.live.Namespace, ref.Name)
	}
	return value, found, nil
}

func optional(given *bool) bool { return given != nil && *given }

// secret is the content of a Secret; nil: it is optional, and not there.
func (p *pod) secret(ctx context.Context, name string, missing *bool) (map[string]string, error) {
	found, err := p.node.client.CoreV1().Secrets(p.live.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, unless(missing, err, fmt.Errorf("secret %q not found", name))
	}
	data := map[string]string{}
	for key, value := range found.Data {
		data[key] = string(value)
	}
	return data, nil
}

// configMap is the content of a ConfigMap; nil: it is optional, and not there.
func (p *pod) configMap(ctx context.Context, name string, missing *bool) (map[string]string, error) {
	found, err := p.node.client.CoreV1().ConfigMaps(p.live.Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, unless(missing, err, fmt.Errorf("configmap %q not found", name))
	}
	return found.Data, nil
}

// unless is the error; where something is not there, that in a kubelet's words, and none if it is optional.
func unless(missing *bool, err, absent error) error {
	switch {
	case !apierrors.IsNotFound(err):
		return err
	case optional(missing):
		return nil
	}
	return absent
}

// field is a field of the pod.
func (p *pod) field(path string) (string, error) {
	value, known := map[string]string{
		"metadata.name": p.live.Name, "metadata.namespace": p.live.Namespace, "metadata.uid": string(p.live.UID),
		"spec.nodeName": Name, "spec.serviceAccountName": p.live.Spec.ServiceAccountName,
		"status.podIP": p.ip, "status.hostIP": loopback,
	}[path]
	if !known {
		return "", fmt.Errorf("this node does not know the field %s of a pod", path)
	}
	return value, nil
}
