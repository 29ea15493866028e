package simcloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Front answers STS and Secrets Manager over HTTP, as the External Secrets Operator calls them, for several accounts. It is the endpoint
// of both services in every region. It checks the session token of a request, not its signature.
type Front struct {
	keys   func(context.Context) ([]byte, error)
	clouds func(account string) (*Cloud, error)
	now    func() time.Time

	mu       sync.Mutex
	known    jose.JSONWebKeySet     // the keys when they were last asked for
	sessions map[string]roleSession // by access key
	calls    []Call
}

// Call is a call that a Front has answered.
type Call struct {
	Action string // such as secretsmanager:GetSecretValue
	Role   string // its ARN; "" where the caller is not known
	Secret string // as the caller named it
	Error  string // AWS's code and message, and the reason that the caller is not told; "": none
}

// NewFront returns a front. keys returns the public keys of the clusters' tokens, a JSON Web Key Set; clouds returns the cloud of an
// account, for each call: [Accounts.Cloud], or [Open] with the file that another process writes.
func NewFront(keys func(context.Context) ([]byte, error), clouds func(account string) (*Cloud, error)) *Front {
	return &Front{keys: keys, clouds: clouds, now: time.Now, sessions: map[string]roleSession{}}
}

// Calls lists the calls for roles of an account, in order; of "", those of callers that are not known.
func (f *Front) Calls(account string) []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.calls), func(c Call) bool { return accountOf(c.Role) != account })
}

// protocol is how a service is called, and how it answers.
type protocol struct {
	contentType string
	answer      func(*http.Request) (Call, any, error)
	fault       func(*apiError) any
	encode      func(io.Writer, any) error
}

// ServeHTTP answers Secrets Manager, whose requests have a header with their target, and STS.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	service := f.sts()
	if r.Header.Get("X-Amz-Target") != "" {
		service = f.secretsManager()
	}
	call, response, err := service.answer(r)
	status := http.StatusOK
	if err != nil {
		known := asAPIError(err)
		call.Error, response, status = known.Error(), service.fault(known), known.status
	}
	f.mu.Lock()
	f.calls = append(f.calls, call)
	f.mu.Unlock()
	w.Header().Set("Content-Type", service.contentType)
	w.Header().Set("X-Amzn-Requestid", newUUID())
	w.WriteHeader(status)
	_ = service.encode(w, response) // fails if the caller is gone
}

// in calls a function with the cloud of an account, which nothing else changes meanwhile.
func (f *Front) in(account string, do func(*Cloud) error) error {
	cloud, err := f.clouds(account)
	if err != nil {
		return err
	}
	cloud.mu.Lock()
	defer cloud.mu.Unlock()
	return do(cloud)
}

// asAPIError is the error that AWS answers with. One that is not AWS's is a fault of the simulation.
func asAPIError(err error) *apiError {
	var known *apiError
	if errors.As(err, &known) {
		return known
	}
	return &apiError{code: "InternalFailure", message: err.Error(), status: http.StatusInternalServerError}
}

// Accounts are the clouds of one process, by their accounts. Its zero value has none.
type Accounts struct {
	mu     sync.Mutex
	clouds map[string]*Cloud
}

// Join adds a cloud, which needs an AccountID of its own, until leave is called.
func (a *Accounts) Join(c *Cloud) (leave func(), err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.AccountID == "" || a.clouds[c.AccountID] != nil {
		return nil, fmt.Errorf("simulated cloud: the AccountID %q is empty or taken", c.AccountID)
	}
	if a.clouds == nil {
		a.clouds = map[string]*Cloud{}
	}
	account := c.AccountID
	a.clouds[account] = c
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.clouds, account)
	}, nil
}

// Cloud returns the cloud of an account.
func (a *Accounts) Cloud(account string) (*Cloud, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.clouds[account]; c != nil {
		return c, nil
	}
	return nil, unrecognized(fmt.Errorf("there is no account %q", account))
}
