package stack

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// apiServer is the Kubernetes API of a cluster. The Pulumi provider has no lookups: what is missing it finds out in the middle of an up,
// and tries for a minute.
type apiServer struct {
	endpoint string // URL
	token    string
	client   *http.Client
}

// newAPIServer takes the certificate authority as EKS has it, PEM in base64.
func newAPIServer(c eksCluster, token string) (*apiServer, error) {
	authority, err := base64.StdEncoding.DecodeString(c.certificateAuthority)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate authority of the EKS cluster %s: %w", c.name, err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("the certificate authority of the EKS cluster %s is no certificate", c.name)
	}
	return &apiServer{endpoint: c.endpoint, token: token, client: &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
	}}, nil
}

// The errors of get: what is asked for is not there; the role may not read it; there is no answer.
var (
	errMissing     = errors.New("not there")
	errForbidden   = errors.New("not to be read")
	errUnreachable = errors.New("no answer")
)

// get reads an object into a value, whose fields are as the API has them.
func (s *apiServer) get(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(s.endpoint, "/")+path, nil)
	if err != nil {
		return fmt.Errorf("asking the API server: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	response, err := s.client.Do(request)
	if err != nil {
		return errors.Join(errUnreachable, err)
	}
	defer response.Body.Close() //nolint:errcheck // it has been read
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return errMissing
	case http.StatusForbidden:
		return errForbidden
	default:
		return fmt.Errorf("asking the API server for %s: %s", path, response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		return fmt.Errorf("reading what the API server has of %s: %w", path, err)
	}
	return nil
}
