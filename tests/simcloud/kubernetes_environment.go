package simcloud

import (
	"encoding/base64"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

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
	return o.decoded(), nil
}

// decoded is the content of a Secret or a ConfigMap.
func (o Object) decoded() map[string]string {
	data := map[string]string{}
	for name := range o.Properties.Map("data") {
		data[name] = o.Properties.Text("data", name)
		if decoded, err := base64.StdEncoding.DecodeString(data[name]); err == nil && o.Kind == kubeSecretType {
			data[name] = string(decoded)
		}
	}
	return data
}
