package bootstrap

import (
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/pipeline"
)

// role is a role of the pipeline.
type role struct {
	name    string
	trust   string // a document of the folder policies
	seconds string // how long a session may last
}

const approvedPreviews = "trust-preview-approved"

// makeRoles makes the roles of the pipeline, each with its policies and its group in the cluster.
func (a *account) makeRoles() {
	previews := "trust-preview"
	if a.options.ApprovePreviews {
		previews = approvedPreviews
	}
	for _, r := range []role{{"preview", previews, "3600"}, {"deploy", "trust-deploy", "14400"}, {"drill", "trust-drill", "14400"}} {
		name := "mosaic-" + a.target.Environment + "-pipeline-" + r.name
		a.makeRole(name, r)
		for _, document := range pipeline.Roles()[r.name] {
			a.attach(name, document, a.environment(r, document))
		}
		if a.target.Cluster != "" {
			a.admit(name, r)
		}
	}
}

// environment is where a role may do what a document says: a drill in the environment that it makes, but for what it may do as a drill.
func (a *account) environment(r role, document string) string {
	if r.name == "drill" && document != "drill" {
		return a.target.Environment + "-drill"
	}
	return a.target.Environment
}

// makeRole makes a role, or brings its trust policy up to date.
func (a *account) makeRole(name string, r role) {
	missing, present := a.missing("iam", "get-role", "--role-name", name)
	// Previews that wait for an approval go on doing so.
	if !a.options.OpenPreviews && strings.Contains(present, ":environment:"+a.target.Environment+"-preview") {
		r.trust = approvedPreviews
	}
	trust := a.file("trust.json", a.filled(r.trust, a.target.Environment))
	if missing {
		a.aws("iam", "create-role", "--role-name", name, "--max-session-duration", r.seconds, "--assume-role-policy-document", trust)
		a.say("made the role %s", name)
		return
	}
	a.aws("iam", "update-assume-role-policy", "--role-name", name, "--policy-document", trust)
	a.aws("iam", "update-role", "--role-name", name, "--max-session-duration", r.seconds)
}

// attach gives a role a policy.
func (a *account) attach(roleName, document, environment string) {
	policy := "mosaic-" + environment + "-pipeline-" + document
	a.makePolicy(policy, document, environment)
	a.aws("iam", "attach-role-policy", "--role-name", roleName, "--policy-arn", a.arn("policy/"+policy))
}

// admit gives a role its group in the cluster.
func (a *account) admit(name string, r role) {
	entry := []string{"--cluster-name", a.target.Cluster, "--principal-arn", a.arn("role/" + name)}
	if missing, _ := a.missing(append([]string{"eks", "describe-access-entry"}, entry...)...); missing {
		a.aws(append(append([]string{"eks", "create-access-entry"}, entry...), "--kubernetes-groups", "pipeline-"+r.name)...)
	}
}
