// Package tokens checks IAM tokens for a real PostgreSQL: a stand-in for what RDS does when a member of rds_iam logs in. A token is a request
// that is signed in advance (AWS Signature Version 4): for connect of the service rds-db, to one host and port, as one login, and valid for 15
// minutes. Whoever signed it has to be allowed rds-db:connect as that login of that server.
package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/mosaic-stories/mosaic-database/internal/iam"
)

const (
	service  = "rds-db"
	lifetime = 15 * time.Minute
	noBody   = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" // SHA-256 of nothing
	layout   = "20060102T150405Z"
)

// Session are the temporary credentials of a role, which a pod gets from STS.
type Session struct {
	Role        string // its name
	Credentials aws.Credentials
}

// Token is what a session signs to log in.
type Token struct {
	Session  Session
	Region   string
	Host     string // host:port
	Login    string
	SignedAt time.Time
}

// Sign returns the token, as AWS's SDKs make it.
func (t Token) Sign() (string, error) {
	query := url.Values{"Action": {"connect"}, "DBUser": {t.Login}, "X-Amz-Expires": {fmt.Sprint(int(lifetime.Seconds()))}}
	request, err := http.NewRequest(http.MethodGet, "https://"+t.Host+"/?"+query.Encode(), nil)
	if err != nil {
		return "", fmt.Errorf("making a token: %w", err)
	}
	signed, _, err := v4.NewSigner().PresignHTTP(context.Background(), t.Session.Credentials, request, noBody, service, t.Region, t.SignedAt)
	if err != nil {
		return "", fmt.Errorf("signing a token: %w", err)
	}
	return strings.TrimPrefix(signed, "https://"), nil
}

// Server is what decides on the tokens for one database server.
type Server struct {
	Region, AccountID string
	Host              string // host:port
	ResourceID        string // such as db-ABC…
	Sessions          []Session
	Policies          func(role string) []string // of a role, as JSON
}

// Check is nil if a token lets its bearer in as a login.
func (s *Server) Check(login, token string) error {
	request, err := url.Parse("https://" + token)
	if err != nil {
		return fmt.Errorf("no token: %w", err)
	}
	query := request.Query()
	scope := strings.Split(query.Get("X-Amz-Credential"), "/")
	if len(scope) != 5 || scope[2] != s.Region || scope[3] != service {
		return fmt.Errorf("no token for %s in %s", service, s.Region)
	}
	session, err := s.session(scope[0])
	if err != nil {
		return err
	}
	at, err := time.Parse(layout, query.Get("X-Amz-Date"))
	if age := time.Since(at); err != nil || age > lifetime || age < -lifetime {
		return fmt.Errorf("the token of %s has expired", query.Get("X-Amz-Date"))
	}
	// Whatever is not as in the token that this session would sign has another signature.
	right, err := Token{Session: session, Region: s.Region, Host: s.Host, Login: login, SignedAt: at}.Sign()
	if err != nil {
		return err
	}
	expected, err := url.Parse("https://" + right)
	if err != nil || request.Host != expected.Host || query.Encode() != expected.Query().Encode() {
		return fmt.Errorf("the token is not one of %s for %s as %s", session.Role, s.Host, login)
	}
	return s.allowed(session, login)
}

func (s *Server) session(key string) (Session, error) {
	i := slices.IndexFunc(s.Sessions, func(one Session) bool { return one.Credentials.AccessKeyID == key })
	if i < 0 {
		return Session{}, errors.New("nobody has the access key " + key)
	}
	return s.Sessions[i], nil
}

// allowed asks the policies of the role.
func (s *Server) allowed(session Session, login string) error {
	resource := fmt.Sprintf("arn:aws:rds-db:%s:%s:dbuser:%s/%s", s.Region, s.AccountID, s.ResourceID, login)
	for _, text := range s.Policies(session.Role) {
		var policy iam.Document
		if err := json.Unmarshal([]byte(text), &policy); err != nil {
			return fmt.Errorf("reading a policy of %s: %w", session.Role, err)
		}
		for _, statement := range policy.Statement {
			if statement.Effect == iam.Allow && statement.Action.Cover("rds-db:connect") && statement.Resource.Cover(resource) {
				return nil
			}
		}
	}
	return fmt.Errorf("%s may not rds-db:connect to %s", session.Role, resource)
}
