package rules

import (
	"regexp"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/config/schema"
)

const (
	variableForm = `^[A-Za-z_][A-Za-z0-9_]{0,99}$`
	// ownForm is the names that the program sets itself: the connection, and what libpq reads.
	ownForm = `^(DB_|PG)`
	// credentialForm is the names of variables that hold a credential, in capitals.
	credentialForm = `(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIALS?|(API|ACCESS|SECRET|PRIVATE|ENCRYPTION|SIGNING)_?KEY)$`
	// keyForm is a private key, or an access key of AWS.
	keyForm = `-----BEGIN [A-Z ]*PRIVATE KEY|(AKIA|ASIA)[A-Z0-9]{16}`
	// passwordForm is values with a credential in them: a key, or a URL with a password that is not a reference.
	passwordForm  = `://[^/@\s:]*:[^$/@\s][^/@\s]*@|` + keyForm
	referenceForm = `^(\$\([A-Za-z_][A-Za-z0-9_]*\))+$`
	secretKeyForm = `^` + subdomainForm + `/[A-Za-z0-9._-]+$`
)

var (
	variableName   = regexp.MustCompile(variableForm)
	ownVariable    = regexp.MustCompile(ownForm)
	credentialName = regexp.MustCompile(credentialForm)
	passwordValue  = regexp.MustCompile(passwordForm)
	credential     = regexp.MustCompile(`://[^/@\s:]*:[^/@\s]+@|` + keyForm)
	reference      = regexp.MustCompile(referenceForm)
	secretKey      = regexp.MustCompile(secretKeyForm)
)

// variables are the rules of the environment variables that a stack adds to the migration.
func variables() schema.Rules {
	const names = "each name of letters, digits and underscores, not beginning with DB_ or PG, which the program sets"
	propertyNames := map[string]any{"pattern": variableForm, "not": map[string]any{"pattern": ownForm}}

	values := schema.Check(names+"; no value that is a credential", func(e schema.Entry) string {
		if wrong := wrongVariable(e.Name); wrong != "" {
			return wrong
		}
		named := credentialName.MatchString(strings.ToUpper(e.Name)) && e.Value != "" && !reference.MatchString(e.Value)
		if named || passwordValue.MatchString(e.Value) {
			return "it into a Secret of the namespace, and under migrations.secretEnv: {" + e.Name + ": <secret>/<key>}"
		}
		return ""
	}).As("propertyNames", propertyNames).
		As("additionalProperties", map[string]any{"type": "string", "not": map[string]any{"type": "string", "pattern": passwordForm}}).
		As("patternProperties", map[string]any{credentialForm: map[string]any{"type": "string", "pattern": `^$|` + referenceForm}})
	values.Confidential = true

	secrets := schema.Check(names+"; each value <secret>/<key>", func(e schema.Entry) string {
		if wrong := wrongVariable(e.Name); wrong != "" {
			return wrong
		}
		if !secretKey.MatchString(e.Value) {
			return "the name of a Secret of the namespace, a slash and a key in it, such as core-api-sentry/dsn"
		}
		return ""
	}).As("propertyNames", propertyNames).As("additionalProperties", map[string]any{"type": "string", "pattern": secretKeyForm})
	secrets.Confidential = true // somebody may write the secret itself
	return schema.Rules{"env": values, "secretEnv": secrets}
}

// HoldsCredential tells whether a text is a credential by its form: a URL with any password, or a key.
func HoldsCredential(text string) bool { return credential.MatchString(text) }

func wrongVariable(name string) string {
	switch {
	case !variableName.MatchString(name):
		return "a name such as LOG_LEVEL"
	case ownVariable.MatchString(name):
		return "nothing: remove the line; the program sets the connection, and migrations.lockTimeoutSeconds and statementTimeoutSeconds its limits"
	}
	return ""
}
