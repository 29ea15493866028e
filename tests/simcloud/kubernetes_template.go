package simcloud

import (
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

func (c *cluster) writeSecret(o *Object, es *esv1.ExternalSecret, data map[string]string) {
	name := es.Spec.Target.Name
	if name == "" {
		name = es.Name
	}
	encoded := map[string]any{}
	for field, value := range data {
		encoded[field] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	metadata := map[string]any{"name": name, "namespace": es.Namespace}
	if p := es.Spec.Target.CreationPolicy; p == "" || p == esv1.CreatePolicyOwner {
		metadata["ownerReferences"] = []any{map[string]any{
			"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "name": es.Name,
			"uid": o.Properties.Text("metadata", "uid"),
		}}
		c.dropOrphans(o, es.Namespace+"/"+name)
	}
	c.cloud.put(&Object{Kind: kubeSecretType, Cluster: c.name, ID: es.Namespace + "/" + name, Properties: Properties{
		"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": metadata, "data": encoded,
	}})
}

// dropOrphans deletes the Secrets that an ExternalSecret owns under former names.
func (c *cluster) dropOrphans(o *Object, but string) {
	for _, secret := range c.cloud.all(kubeSecretType, nil) {
		owner := secret.Properties.List("metadata", "ownerReferences")
		if secret.Cluster == c.name && secret.ID != but && len(owner) > 0 && owner[0].Text("uid") == o.Properties.Text("metadata", "uid") {
			c.cloud.drop(secret)
		}
	}
}
