package simcloud

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// policyDocument is as much of an IAM policy as is evaluated here.
type policyDocument struct{ Statement statements }

type statement struct {
	Effect    string
	Principal principal
	Action    words
	Resource  words
	Condition map[string]map[string]words
}

// statements may be written as a single one.
type statements []statement

func (s *statements) UnmarshalJSON(content []byte) error {
	var list []statement
	if json.Unmarshal(content, &list) == nil {
		*s = list
		return nil
	}
	var single statement
	if err := json.Unmarshal(content, &single); err != nil {
		return err
	}
	*s = statements{single}
	return nil
}

// principal is an object, or the word "*", which federates nobody.
type principal struct{ Federated words }

func (p *principal) UnmarshalJSON(content []byte) error {
	var fields struct{ Federated words }
	if string(content) == `"*"` {
		return nil
	}
	err := json.Unmarshal(content, &fields)
	p.Federated = fields.Federated
	return err
}

// words is a string or a list of them; a number or a boolean is the word that it is written as.
type words []string

func (w *words) UnmarshalJSON(content []byte) error {
	var single string
	switch {
	case json.Unmarshal(content, &single) == nil:
		*w = words{single}
	case json.Unmarshal(content, (*[]string)(w)) != nil:
		*w = words{string(content)}
	}
	return nil
}

// cover says whether one of the patterns is the value, or ends with * and begins it.
func (w words) cover(value string) bool {
	return slices.ContainsFunc(w, func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return pattern == value || open && strings.HasPrefix(value, prefix)
	})
}

// trusts says why a trust policy does not let the subject of an OIDC provider in, or nil.
func trusts(policy, provider, issuer, subject string) error {
	var document policyDocument
	if err := json.Unmarshal([]byte(policy), &document); err != nil {
		return err
	}
	why := fmt.Errorf("the trust policy has no statement")
	for _, s := range document.Statement {
		equals := s.Condition["StringEquals"]
		switch {
		case s.Effect != "Allow" || !slices.Contains(s.Action, "sts:AssumeRoleWithWebIdentity"):
			why = fmt.Errorf("the trust policy does not allow it")
		case !slices.Contains(s.Principal.Federated, provider):
			why = fmt.Errorf("the trust policy names the principal %v, not %s", s.Principal.Federated, provider)
		case len(s.Condition) != 1 || len(equals) != 2:
			why = fmt.Errorf("the trust policy must compare %s:sub and %s:aud with StringEquals, and nothing else", issuer, issuer)
		case !slices.Contains(equals[issuer+":sub"], subject):
			why = fmt.Errorf("the trust policy expects %s:sub to be %v, not %s", issuer, equals[issuer+":sub"], subject)
		case !slices.Contains(equals[issuer+":aud"], "sts.amazonaws.com"):
			why = fmt.Errorf("the trust policy expects %s:aud to be %v, not sts.amazonaws.com", issuer, equals[issuer+":aud"])
		default:
			return nil
		}
	}
	return why
}

// allows says whether the role's inline policies allow an action on a resource.
func (c *Cloud) allows(role *Object, action, resource string) bool {
	allowed := false
	for _, p := range c.all(rolePolicyType, func(o *Object) bool { return o.Properties.Text("role") == role.ID }) {
		var document policyDocument
		if json.Unmarshal([]byte(p.Properties.Text("policy")), &document) != nil {
			continue
		}
		for _, s := range document.Statement {
			if len(s.Condition) > 0 || !s.Action.cover(action) || !s.Resource.cover(resource) {
				continue
			}
			if s.Effect == "Deny" {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

func (c *Cloud) roleByARN(arn string) *Object {
	return c.find(roleType, func(o *Object) bool { return o.Properties.Text("arn") == arn })
}
