package simcloud

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
)

// secretsManager is the protocol JSON 1.1.
func (f *Front) secretsManager() protocol {
	return protocol{
		contentType: "application/x-amz-json-1.1",
		answer: func(r *http.Request) (Call, any, error) {
			_, name, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
			call := Call{Action: "secretsmanager:" + name}
			response, err := f.secretValue(r, &call)
			return call, response, err
		},
		fault:  func(e *apiError) any { return map[string]string{"__type": e.code, "Message": e.message} },
		encode: func(w io.Writer, response any) error { return json.NewEncoder(w).Encode(response) },
	}
}

// secretValue answers GetSecretValue, and completes the call.
func (f *Front) secretValue(r *http.Request, call *Call) (value secretValue, err error) {
	session, region, err := f.authenticate(r)
	call.Role = session.role
	if err != nil {
		return value, err
	}
	var wanted secretRequest
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil {
		return value, badRequest("SerializationException", "").because(err)
	}
	call.Secret = wanted.ID
	err = f.in(accountOf(session.role), func(c *Cloud) error {
		role := c.roleByARN(session.role)
		if role == nil {
			return unrecognized(errors.New("the role of the session does not exist any more"))
		}
		by := caller{role, session.name, region}
		if call.Action != "secretsmanager:GetSecretValue" {
			return action{by: by, name: call.Action, resource: cmp.Or(wanted.ID, "*")}.denied("because the action is not simulated")
		}
		value, err = c.getSecretValue(by, wanted)
		return err
	})
	return value, err
}

var credentialScope = regexp.MustCompile(`Credential=([^/]+)/[^/]+/([^/]+)/`)

// authenticate returns the session that a request was signed with, and the region that it was signed for.
func (f *Front) authenticate(r *http.Request) (session roleSession, region string, err error) {
	scope := credentialScope.FindStringSubmatch(r.Header.Get("Authorization"))
	if scope == nil {
		return session, "", badRequest("MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	session, found := f.sessions[scope[1]]
	switch {
	case !found || session.SessionToken != r.Header.Get("X-Amz-Security-Token"):
		return roleSession{}, "", unrecognized(errors.New("no session has this access key and token"))
	case !f.now().Before(session.Expiration):
		return session, "", badRequest("ExpiredTokenException", "The security token included in the request is expired")
	}
	return session, scope[2], nil
}

func unrecognized(why error) error {
	return badRequest("UnrecognizedClientException", "The security token included in the request is invalid.").because(why)
}
