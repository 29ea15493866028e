package rules

import (
	"regexp"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

// subdomainForm is the name of most Kubernetes objects (RFC 1123).
const subdomainForm = `[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*`

var (
	dnsLabel     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	dnsSubdomain = regexp.MustCompile(`^` + subdomainForm + `$`)

	accountPattern = regexp.MustCompile(`^[a-z0-9*]([a-z0-9*-]{0,61}[a-z0-9*])?/[a-z0-9*]([a-z0-9.*-]*[a-z0-9*])?$`)
	// namespacesLike is the beginning of a name up to a hyphen, so that what is made of it is no name of another database.
	namespacesLike = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,30}[a-z0-9])?-\*$`)
	anyNamespace   = regexp.MustCompile(`^[*-]*/`)

	cpuQuantity    = regexp.MustCompile(`^(\d+m|\d+(\.\d{1,3})?)$`)
	memoryQuantity = regexp.MustCompile(`^\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)$`)
	someDigit      = regexp.MustCompile(`[1-9]`)

	imageReference = regexp.MustCompile(`^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?/)?` + // registry
		`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*` + // repository
		`(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`) // tag, digest

	// filePath is an absolute path without . and .. in it, and without anything that a URL would have to quote but the slash.
	filePath = regexp.MustCompile(`^(/[0-9A-Za-z_-][0-9A-Za-z._-]*)+$`)
	// valuesFile is a path without . and .. in it, and not to a hidden file, such as those of .git.
	valuesFile = regexp.MustCompile(`^([0-9A-Za-z_-][0-9A-Za-z._-]*/)*[0-9A-Za-z_-][0-9A-Za-z._-]*\.ya?ml$`)
	// keyPath is the way to a key in a YAML file; a dot alone is the top of the file.
	keyPath = regexp.MustCompile(`^([A-Za-z_][0-9A-Za-z_-]*(\.[A-Za-z_][0-9A-Za-z_-]*)*|\.)$`)
)

func kubernetes() schema.Rules {
	return schema.Rules{
		"label": schema.Matching(dnsLabel, "1 to 63 lower-case letters, digits and hyphens, a letter or digit at both ends (RFC 1123)",
			"a name such as core-api"),
		"subdomain":      subdomain(),
		"trustedAccount": trustedAccount(),
		"namespacesLike": schema.Matching(namespacesLike, "how names of namespaces begin: at most 32 lower-case letters, digits and hyphens, a letter first, and then -*",
			"one such as preview-*"),
		"ownNamespace": schema.Check("not beginning with kube-, which is reserved", func(s string) string {
			if strings.HasPrefix(s, "kube-") {
				return "a namespace of your own, such as mosaic-prod"
			}
			return ""
		}).As("not", map[string]any{"type": "string", "pattern": "^kube-"}),
		"cpu":    quantity(cpuQuantity, "a Kubernetes quantity of processors: cores, or thousandths with m", "one such as 100m or 0.5"),
		"memory": quantity(memoryQuantity, "a Kubernetes quantity of bytes with its unit (Ki, Mi, Gi, Ti, k, M, G, T)", "one such as 256Mi"),
		"image":  image(),
		"filePath": schema.Matching(filePath, "an absolute path of letters, digits, dots, hyphens and underscores",
			"one such as /etc/ssl/rds/ca-bundle.pem"),
		"valuesFile": schema.Matching(valuesFile, "a path in the GitOps repository of letters, digits, dots, hyphens and underscores, to a .yaml or .yml file",
			"one such as environments/prod/values.yaml"),
		"keyPath": schema.Matching(keyPath, "names of letters, digits, hyphens and underscores, with dots between them; or one dot",
			"one such as coreApi or coreApi.database"),
	}
}

// trustedAccount asks for ServiceAccounts by namespace and name, with * in them, but not of any namespace.
func trustedAccount() schema.Rule {
	return schema.Check("namespace/name of a ServiceAccount, in which * stands for any characters, but not for the whole namespace: whoever may make "+
		"a namespace would have the role", func(s string) string {
		switch namespace, _, _ := strings.Cut(s, "/"); {
		case !accountPattern.MatchString(s):
			return "one such as mosaic-prod/worker or preview-*/core-api"
		case anyNamespace.MatchString(s):
			return "a namespace, or its beginning, such as preview-" + namespace + s[len(namespace):]
		}
		return ""
	}).As("pattern", accountPattern.String()).As("not", map[string]any{"pattern": anyNamespace.String()})
}

// subdomain asks for a name that Kubernetes takes as a DNS subdomain.
func subdomain() schema.Rule {
	const longest = 253
	return schema.Check("at most 253 lower-case letters, digits, hyphens and dots, a letter or digit at both ends of each part (RFC 1123)",
		func(s string) string {
			if len(s) <= longest && dnsSubdomain.MatchString(s) {
				return ""
			}
			return "a name such as core-api"
		}).As("pattern", dnsSubdomain.String()).As("maxLength", longest)
}

// quantity asks for a quantity of one form that is more than zero.
func quantity(form *regexp.Regexp, text, fix string) schema.Rule {
	return schema.Check(text+", more than zero", func(s string) string {
		if form.MatchString(s) && someDigit.MatchString(s) {
			return ""
		}
		return fix
	}).As("pattern", form.String()).As("allOf", []any{map[string]any{"pattern": someDigit.String()}})
}

// image asks for an image that is the same one tomorrow: a tag that is not latest, or a digest.
func image() schema.Rule {
	return schema.Check("a container image with a tag other than latest, or with a sha256 digest of 64 hexadecimal digits", func(s string) string {
		m := imageReference.FindStringSubmatch(s)
		if m == nil {
			return "registry/repository:tag or registry/repository@sha256:…, the repository in lower case"
		}
		switch tag, digest := m[1], m[2]; {
		case digest != "":
			return ""
		case tag == "":
			return schema.Show(s) + ":<version>"
		case tag == "latest":
			return schema.Show(strings.TrimSuffix(s, "latest")) + "<version>"
		}
		return ""
	}).As("pattern", imageReference.String()).As("not", map[string]any{"pattern": "(^[^:]+|:latest|/[^:]+)$"})
}
