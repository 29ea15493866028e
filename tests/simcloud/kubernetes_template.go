package simcloud

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"text/template"

	esv1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
)

// fieldsOf is the fields of a JSON object; those that are not strings stay JSON.
func fieldsOf(value string) (map[string]string, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(value), &raw); err != nil {
		return nil, errors.New("the value is not a JSON object")
	}
	fields := map[string]string{}
	for name, content := range raw {
		var text string
		if json.Unmarshal(content, &text) != nil {
			text = string(content)
		}
		fields[name] = text
	}
	return fields, nil
}

// render is the data of the Secret: the fetched data, or what the template makes of it.
func render(t *esv1.ExternalSecretTemplate, data map[string]string) (map[string]string, error) {
	if t == nil || len(t.Data) == 0 {
		return data, nil
	}
	rendered := map[string]string{}
	if t.MergePolicy == esv1.MergePolicyMerge {
		maps.Copy(rendered, data)
	}
	// In the password part of a URL, the plus sign that urlquery makes of a space is a plus sign.
	withoutURLQuery := template.FuncMap{"urlquery": func(...any) (string, error) {
		return "", errors.New("urlquery is not for passwords: store the encoded URL in the secret")
	}}
	for name, text := range t.Data {
		parsed, err := template.New(name).Option("missingkey=error").Funcs(withoutURLQuery).Parse(text)
		if err != nil {
			return nil, fmt.Errorf("could not apply template: %w", err)
		}
		var out strings.Builder
		if err := parsed.Execute(&out, data); err != nil {
			return nil, fmt.Errorf("could not apply template: %w", err)
		}
		rendered[name] = out.String()
	}
	return rendered, nil
}

// targetOf is the id of the Secret that an ExternalSecret writes.
func targetOf(es *esv1.ExternalSecret) string {
	return es.Namespace + "/" + cmp.Or(es.Spec.Target.Name, es.Name)
}

// writeSecret writes the Secret of an ExternalSecret, or says why it cannot.
func (c *cluster) writeSecret(o *Object, es *esv1.ExternalSecret, data map[string]string) (string, error) {
	secret := c.get(kubeSecretType, targetOf(es))
	if secret == nil {
		secret = &Object{Kind: kubeSecretType, Cluster: c.name, ID: targetOf(es), Properties: Properties{
			"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": map[string]any{
				"name": cmp.Or(es.Spec.Target.Name, es.Name), "namespace": es.Namespace,
			},
		}}
	}
	if owner := secret.owner(); owner.Text("kind") == "ExternalSecret" && owner.Text("name") != es.Name {
		return "target is owned by another ExternalSecret", fmt.Errorf("target is owned by another ExternalSecret: %s", owner.Text("name"))
	}
	rendered, err := render(es.Spec.Target.Template, data)
	if err != nil {
		return "could not update secret", err
	}
	content := map[string]any{}
	if es.Spec.Target.CreationPolicy == esv1.CreatePolicyMerge {
		maps.Copy(content, secret.Properties.Map("data"))
	}
	for field, value := range rendered {
		content[field] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	secret.Properties["data"] = content
	secret.label(es)
	if p := es.Spec.Target.CreationPolicy; p == "" || p == esv1.CreatePolicyOwner {
		secret.Properties.Map("metadata")["ownerReferences"] = []any{map[string]any{
			"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "name": es.Name, "uid": o.Properties.Text("metadata", "uid"),
		}}
		c.dropOrphans(o, secret.ID)
	}
	c.cloud.put(secret)
	return "", nil
}

// owner is the first owner of an object, or nothing.
func (o *Object) owner() Properties {
	if owners := o.Properties.List("metadata", "ownerReferences"); len(owners) > 0 {
		return owners[0]
	}
	return Properties{}
}

// label gives a Secret the metadata and the type of the template or, without one, the metadata of the ExternalSecret.
func (o *Object) label(es *esv1.ExternalSecret) {
	labels, annotations := es.Labels, es.Annotations
	if t := es.Spec.Target.Template; t != nil {
		labels, annotations = t.Metadata.Labels, t.Metadata.Annotations
		o.Properties["type"] = cmp.Or(string(t.Type), o.Properties.Text("type"))
	}
	for field, entries := range map[string]map[string]string{"labels": labels, "annotations": annotations} {
		all := o.Properties.Map("metadata", field)
		if all == nil {
			all = Properties{}
		}
		for name, value := range entries {
			all[name] = value
		}
		o.Properties.Map("metadata")[field] = map[string]any(all)
	}
}

// dropOrphans deletes the Secrets that an ExternalSecret owns under former names.
func (c *cluster) dropOrphans(o *Object, but string) {
	for _, secret := range c.cloud.all(kubeSecretType, nil) {
		if secret.Cluster == c.name && secret.ID != but && secret.owner().Text("uid") == o.Properties.Text("metadata", "uid") {
			c.cloud.drop(secret)
		}
	}
}
