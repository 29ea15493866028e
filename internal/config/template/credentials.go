package template

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/rules"
)

const secretWord = `(?i)(password|passwd|passphrase|pwd|token|api_?key|private_?key|secret_?access_?key`

var (
	// secretName is a name of something secret. passwordKey and tokenSecretName are none: they name where it is.
	secretName = regexp.MustCompile(secretWord + `)$`)
	// secretPlaceholder is what a secret would be called as a placeholder.
	secretPlaceholder = regexp.MustCompile(secretWord + `|ur[il]|secret|credentials|username)$`)
)

// secretByName refuses a value whose name says that it is a credential, unless a placeholder gives it.
func (c *checker) secretByName(path, name string, value any) {
	switch value.(type) {
	case nil, bool: // such as automountServiceAccountToken
		return
	}
	text := fmt.Sprint(value)
	if secretName.MatchString(name) && text != "" && !rules.HoldsCredential(text) && !strings.Contains(text, "${") {
		c.secret(path)
	}
}

// secret is the problem of a credential. It is not shown.
func (c *checker) secret(path string) {
	c.add(Problem{Key: path, Rule: "no credentials: the values are in the outputs and in Git, which everybody reads who may see the stack",
		Fix: "nothing: remove it; the pods have it from the Secret ${kubernetesSecretName}"})
}
