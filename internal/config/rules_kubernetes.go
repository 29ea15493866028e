package config

import (
	"regexp"
	"strings"
)

var (
	dnsLabel     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	dnsSubdomain = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

	cpuQuantity    = regexp.MustCompile(`^(\d+m|\d+(\.\d{1,3})?)$`)
	memoryQuantity = regexp.MustCompile(`^\d+(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)$`)
	someDigit      = regexp.MustCompile(`[1-9]`)

	imageReference = regexp.MustCompile(`^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?/)?` + // registry
		`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*` + // repository
		`(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`) // tag, digest
)

// labelRule asks for a name that Kubernetes takes as a DNS label.
func labelRule() rule[string] {
	return matching(dnsLabel, "1 to 63 lower-case letters, digits and hyphens, a letter or digit at both ends (RFC 1123)",
		"a name such as core-api")
}

// filePath is an absolute path without . and .. in it, and without anything that a URL would have to quote but the slash.
var filePath = regexp.MustCompile(`^(/[0-9A-Za-z_-][0-9A-Za-z._-]*)+$`)

// caBundlePath is where a bundle from a ConfigMap is mounted.
const caBundlePath = "/etc/ssl/rds/ca-bundle.pem"

// subdomainRule asks for a name that Kubernetes takes as a DNS subdomain.
func subdomainRule() rule[string] {
	return rule[string]{
		text: "at most 253 lower-case letters, digits, hyphens and dots, a letter or digit at both ends of each part (RFC 1123)",
		check: func(s string) string {
			if len(s) <= 253 && dnsSubdomain.MatchString(s) {
				return ""
			}
			return "a name such as core-api"
		},
	}
}

// namespaceRule asks for a namespace that is not one of Kubernetes's own.
func namespaceRule() rule[string] {
	return labelRule().and(rule[string]{
		text: "not beginning with kube-, which is reserved",
		check: func(s string) string {
			if strings.HasPrefix(s, "kube-") {
				return "a namespace of your own, such as mosaic-prod"
			}
			return ""
		},
	})
}

func cpuRule() rule[string] {
	return quantityRule(cpuQuantity, "a Kubernetes quantity of processors: cores, or thousandths with m", "one such as 100m or 0.5")
}

func memoryRule() rule[string] {
	return quantityRule(memoryQuantity, "a Kubernetes quantity of bytes with its unit (Ki, Mi, Gi, Ti, k, M, G, T)", "one such as 256Mi")
}

// quantityRule asks for a quantity of one form that is more than zero.
func quantityRule(form *regexp.Regexp, text, fix string) rule[string] {
	return rule[string]{
		text: text + ", more than zero",
		check: func(s string) string {
			if form.MatchString(s) && someDigit.MatchString(s) {
				return ""
			}
			return fix
		},
	}
}

// imageRule asks for an image that is the same one tomorrow: a tag that is not latest, or a digest.
func imageRule() rule[string] {
	return rule[string]{
		text: "a container image with a tag other than latest, or with a sha256 digest of 64 hexadecimal digits",
		check: func(s string) string {
			m := imageReference.FindStringSubmatch(s)
			if m == nil {
				return "registry/repository:tag or registry/repository@sha256:…, the repository in lower case"
			}
			switch tag, digest := m[1], m[2]; {
			case digest != "":
				return ""
			case tag == "":
				return show(s) + ":<version>"
			case tag == "latest":
				return show(strings.TrimSuffix(s, "latest")) + "<version>"
			}
			return ""
		},
	}
}

// someWords asks for a command of at least one word.
func someWords() rule[[]string] {
	return rule[[]string]{
		text: "at least one word",
		check: func(words []string) string {
			if len(words) > 0 {
				return ""
			}
			return "the command, or remove the field to run alembic upgrade head"
		},
	}
}
