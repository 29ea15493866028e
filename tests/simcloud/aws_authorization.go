package simcloud

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

// policyType is a managed policy. Pulumi's program makes none, so one exists here only if it was added; what is in another one is not
// known, and then it neither allows nor bounds anything.
const policyType = "aws:iam/policy:Policy"

// caller is a session of a role that calls the services of one region.
type caller struct {
	role            *Object
	session, region string
}

func (by caller) roleARN() string { return by.role.Properties.Text("arn") }
func (by caller) account() string { return accountOf(by.roleARN()) }
func (by caller) arn() string {
	return fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", by.account(), by.role.ID, by.session)
}

// accountOf is the account of an ARN; "" if it is none.
func accountOf(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 && parts[0] == "arn" {
		return parts[4]
	}
	return ""
}

// is tells whether a principal of a resource's policy is the caller. The account stands for its roles where it is denied something;
// where it is allowed something, their own policies have to allow it too.
func (by caller) is(p iam.Principal, effect string) bool {
	if _, everyone := p["*"]; everyone {
		return true
	}
	names := []string{"*", by.roleARN(), by.arn()}
	if effect == iam.Deny {
		names = append(names, by.account(), fmt.Sprintf("arn:aws:iam::%s:root", by.account()))
	}
	return slices.ContainsFunc(p["AWS"], func(name string) bool { return slices.Contains(names, name) })
}

// action is what a caller wants to do.
type action struct {
	by             caller
	name, resource string
	policy         string            // of the resource; "": none
	context        map[string]string // values of the condition keys
}

// authorize returns nil if IAM allows the action, and otherwise the error of the services with JSON.
func (c *Cloud) authorize(a action) error {
	identity := a.effect(c.policiesOf(a.by.role)...)
	resource := a.effect(a.policy)
	boundary := iam.Allow
	if policy := c.managedPolicy(a.by.role.Properties.Text("permissionsBoundary")); policy != "" {
		boundary = a.effect(policy)
	}
	switch {
	case identity == iam.Deny:
		return a.denied("with an explicit deny in an identity-based policy")
	case resource == iam.Deny:
		return a.denied("with an explicit deny in a resource-based policy")
	case boundary == iam.Deny:
		return a.denied("with an explicit deny in a permissions boundary")
	case boundary != iam.Allow:
		return a.denied(fmt.Sprintf("because no permissions boundary allows the %s action", a.name))
	case identity != iam.Allow && resource != iam.Allow:
		return a.denied(fmt.Sprintf("because no identity-based policy allows the %s action", a.name))
	}
	return nil
}

// denied is the error of the services that answer in JSON.
func (a action) denied(because string) error {
	return badRequest("AccessDeniedException", fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s",
		a.by.arn(), a.name, a.resource, because))
}

// policiesOf is the policies of a role: those in it, and the managed ones that are attached to it.
func (c *Cloud) policiesOf(role *Object) []string {
	var policies []string
	of := func(o *Object) bool { return o.Properties.Text("role") == role.ID }
	for _, p := range c.all(rolePolicyType, of) {
		policies = append(policies, p.Properties.Text("policy"))
	}
	for _, attachment := range c.all(roleAttachmentType, of) {
		policies = append(policies, c.managedPolicy(attachment.Properties.Text("policyArn")))
	}
	return policies
}

func (c *Cloud) managedPolicy(arn string) string {
	if policy := c.get(policyType, arn); policy != nil {
		return policy.Properties.Text("policy")
	}
	return ""
}

// effect is what the policies say: Deny if a statement denies the action, Allow if one allows it and none denies it, otherwise "".
func (a action) effect(policies ...string) string {
	effect := ""
	for _, text := range policies {
		if text == "" {
			continue
		}
		document, err := parsed(text)
		if err != nil {
			return iam.Deny // AWS stores no such policy; whatever it was to allow, it does not
		}
		for _, s := range document.Statement {
			switch {
			case !a.matches(s):
			case s.Effect == iam.Deny:
				return iam.Deny
			default:
				effect = iam.Allow
			}
		}
	}
	return effect
}

// parsed is a policy whose elements and condition operators are all known here: one that is not could deny something.
func parsed(policy string) (iam.Document, error) {
	var document iam.Document
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		return document, err
	}
	return document, checkConditions(document)
}

func (a action) matches(s iam.Statement) bool {
	named := slices.ContainsFunc(s.Action, func(pattern string) bool { // without regard to case
		return isLike([]string{strings.ToLower(pattern)}, strings.ToLower(a.name))
	})
	return named && isLike(s.Resource, a.resource) &&
		(s.Principal == nil || a.by.is(s.Principal, s.Effect)) && meets(s.Condition, a.context)
}
