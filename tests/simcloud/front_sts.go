package simcloud

import (
	"crypto/rand"
	"encoding/xml"
	"io"
	"net/http"
	"time"
)

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

// credentials are what AssumeRoleWithWebIdentity hands out.
type credentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

// roleSession is a session of a role, as its credentials name it.
type roleSession struct {
	credentials
	role, name string // ARN of the role, name of the session
}

type assumedRole struct {
	XMLName                     xml.Name    `xml:"AssumeRoleWithWebIdentityResponse"`
	Namespace                   string      `xml:"xmlns,attr"`
	SubjectFromWebIdentityToken string      `xml:"AssumeRoleWithWebIdentityResult>SubjectFromWebIdentityToken"`
	Audience                    string      `xml:"AssumeRoleWithWebIdentityResult>Audience"`
	Provider                    string      `xml:"AssumeRoleWithWebIdentityResult>Provider"`
	ARN                         string      `xml:"AssumeRoleWithWebIdentityResult>AssumedRoleUser>Arn"`
	RoleID                      string      `xml:"AssumeRoleWithWebIdentityResult>AssumedRoleUser>AssumedRoleId"`
	Credentials                 credentials `xml:"AssumeRoleWithWebIdentityResult>Credentials"`
}

type stsError struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
}

// sts is the query protocol: a form, answered by XML.
func (f *Front) sts() protocol {
	return protocol{
		contentType: "text/xml",
		answer: func(r *http.Request) (Call, any, error) {
			call := Call{Action: "sts:" + r.PostFormValue("Action"), Role: r.PostFormValue("RoleArn")}
			if call.Action != "sts:AssumeRoleWithWebIdentity" {
				return call, nil, notAuthorized(r.PostFormValue("Action"))
			}
			response, err := f.assumeRoleWithWebIdentity(r)
			return call, response, err
		},
		fault: func(e *apiError) any {
			return stsError{Namespace: stsNamespace, Type: "Sender", Code: e.code, Message: e.message}
		},
		encode: func(w io.Writer, response any) error { return xml.NewEncoder(w).Encode(response) },
	}
}

func (f *Front) assumeRoleWithWebIdentity(r *http.Request) (assumedRole, error) {
	arn, name := r.PostFormValue("RoleArn"), r.PostFormValue("RoleSessionName")
	if accountOf(arn) == "" || name == "" {
		return assumedRole{}, badRequest("ValidationError", "Request ARN is invalid")
	}
	response := assumedRole{Namespace: stsNamespace, Audience: audience, Credentials: credentials{
		AccessKeyID: "ASIA" + rand.Text()[:16], SecretAccessKey: rand.Text(), SessionToken: rand.Text(), Expiration: f.now().Add(time.Hour).UTC().Truncate(time.Second),
	}}
	token, err := f.verified(r.Context(), r.PostFormValue("WebIdentityToken"))
	if err != nil {
		return response, err
	}
	err = f.in(accountOf(arn), func(c *Cloud) error {
		identity, err := c.identify(token, f.now())
		if err != nil {
			return err
		}
		role, err := c.assumeRoleWithWebIdentity(arn, identity)
		if err != nil {
			return err
		}
		response.SubjectFromWebIdentityToken, response.Provider = identity.subject, identity.provider
		response.ARN, response.RoleID = caller{role: role, session: name}.arn(), role.Properties.Text("uniqueId")+":"+name
		return nil
	})
	if err != nil {
		return response, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sessions[response.Credentials.AccessKeyID] = roleSession{response.Credentials, arn, name}
	return response, nil
}
