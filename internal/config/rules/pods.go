package rules

import (
	"regexp"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

const (
	qualifiedForm = `([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)`
	prefixForm    = `(` + subdomainForm + `/)?`
	// reservedForm is the labels by which the program's objects select their pods, and those that a Deployment and a Job set.
	reservedForm = `^(app\.kubernetes\.io/(part-of|component|managed-by)|pod-template-hash|job-name|controller-uid|batch\.kubernetes\.io/.*)$`
	// profileForm is annotations that can take the runtime's restrictions off a container.
	profileForm = `^(container\.apparmor|seccomp|container\.seccomp)\.security\.(alpha|beta)\.kubernetes\.io/`
)

var (
	qualifiedName  = regexp.MustCompile(`^` + prefixForm + qualifiedForm + `$`)
	labelValue     = regexp.MustCompile(`^` + qualifiedForm + `?$`)
	reservedLabel  = regexp.MustCompile(reservedForm)
	profileSetting = regexp.MustCompile(profileForm)
)

const (
	keyWords   = "a name of up to 63 letters, digits, dots, hyphens and underscores, if need be after a domain and a slash"
	valueWords = "up to 63 letters, digits, dots, hyphens and underscores"
	keyAdvice  = "a key such as dedicated or example.com/team"
)

// pods are the rules of labels, annotations and taints.
func pods() schema.Rules {
	return schema.Rules{
		"qualifiedName": schema.Matching(qualifiedName, keyWords, keyAdvice),
		"labelValue":    schema.Matching(labelValue, valueWords, "a value such as database"),
		"nodeLabel": schema.Check("each key "+keyWords+"; each value "+valueWords, wrongLabel).
			As("propertyNames", map[string]any{"pattern": qualifiedName.String()}).As("additionalProperties", labelSchema()),
		"podLabel": schema.Check("each key "+keyWords+", not one by which the program or Kubernetes selects pods; each value "+valueWords, func(e schema.Entry) string {
			if reservedLabel.MatchString(e.Name) {
				return "nothing: remove the line; the program's objects and Kubernetes find the pods by it"
			}
			return wrongLabel(e)
		}).As("propertyNames", map[string]any{"pattern": qualifiedName.String(), "not": map[string]any{"pattern": reservedForm}}).
			As("additionalProperties", labelSchema()),
		"podAnnotation": schema.Check("each key "+keyWords+", not one that sets an AppArmor or seccomp profile", func(e schema.Entry) string {
			name := strings.ToLower(e.Name) // as Kubernetes reads it
			if profileSetting.MatchString(name) {
				return "nothing: remove the line; the pods run with the profiles of the container runtime"
			}
			return wrongKey(name)
		}).As("propertyNames", map[string]any{"pattern": annotationName.String(), "not": map[string]any{"pattern": profileForm}}),
	}
}

// annotationName is a qualified name whose domain may have capitals.
var annotationName = regexp.MustCompile(`^` + strings.ReplaceAll(prefixForm, "a-z0-9", "A-Za-z0-9") + qualifiedForm + `$`)

func labelSchema() map[string]any {
	return map[string]any{"type": "string", "pattern": labelValue.String()}
}

func wrongKey(name string) string {
	domain, _, found := strings.Cut(name, "/")
	const longest = 253
	if qualifiedName.MatchString(name) && (!found || len(domain) <= longest) {
		return ""
	}
	return keyAdvice
}

func wrongLabel(e schema.Entry) string {
	if wrong := wrongKey(e.Name); wrong != "" {
		return wrong
	}
	if !labelValue.MatchString(e.Value) {
		return "a value such as database"
	}
	return ""
}
