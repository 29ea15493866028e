// Package eks is an EKS cluster on this machine: the Kubernetes of tests/cluster, whose parts are the real ones, with the endpoints of
// STS and Secrets Manager that simulated clouds answer, and a real PostgreSQL for each of their RDS instances.
package eks

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/mosaic-stories/mosaic-database/tests/build"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// Region is the region of a cluster of which nothing else is said.
const Region = "us-east-1"

// User is who logs in to the cluster, as its access entries have them.
type User string

// The users.
const (
	Admin     User = "admin"   // may do everything
	Deployer  User = "deploy"  // the pipeline's role that runs pulumi up
	Previewer User = "preview" // the pipeline's role that runs pulumi preview
	Driller   User = "drill"   // the pipeline's role that tries a restore
)

// Options say which cluster is started.
type Options struct {
	Program string // of the cluster, with its [build.Definitions] beside it
	Dir     string // for its files; it has to be empty
	Name    string // of the EKS cluster that it is, such as mosaic-prod
	Region  string // of the EKS cluster; "": [Region]
	// Clouds returns the cloud of an account for each call of the operator; nil: that of the clouds that have joined.
	Clouds func(account string) (*simcloud.Cloud, error)
}

// Cluster is a cluster that runs.
type Cluster struct {
	// Front answers the operator's calls of AWS.
	Front *simcloud.Front

	options Options
	access  access
	clouds  simcloud.Accounts
	server  *http.Server
	cmd     *exec.Cmd
	input   io.Closer // the cluster ends with it
	images  sync.Mutex
}

// access is what the program says when the cluster is ready.
type access struct {
	Server    string
	Authority string
	Tokens    map[User]string
}

// patience is how long a cluster may take to start. It takes four seconds on two idle cores.
const patience = 2 * time.Minute

// Start starts a cluster. It ends with Stop, or with this process.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	c := &Cluster{options: o}
	if o.Clouds == nil {
		c.options.Clouds = c.clouds.Cloud
	}
	c.Front = simcloud.NewFront(c.keys, c.options.Clouds)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c.server = &http.Server{Handler: c.Front, ReadHeaderTimeout: time.Minute}
	go func() { _ = c.server.Serve(listener) }() // ends with Stop, and then says so
	if err := c.start(ctx, "http://"+listener.Addr().String()); err != nil {
		return nil, errors.Join(fmt.Errorf("starting the cluster: %w", err), c.Stop())
	}
	return c, nil
}

// start starts the program, and waits until the cluster is ready.
func (c *Cluster) start(ctx context.Context, aws string) error {
	log, err := os.Create(c.file("cluster.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the process has its own
	c.cmd = exec.Command(c.options.Program, "run", "-dir", c.options.Dir, "-issuer", simcloud.OIDCIssuer(c.options.Name, cmp.Or(c.options.Region, Region)),
		"-sts", aws, "-secretsmanager", aws, "-crds", filepath.Join(filepath.Dir(c.options.Program), build.Definitions))
	c.cmd.Stderr = log
	if c.input, err = c.cmd.StdinPipe(); err != nil {
		return err
	}
	output, err := c.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.cmd.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = c.cmd.Process.Kill() })()
	if err := json.NewDecoder(output).Decode(&c.access); err != nil {
		said, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%w: %s", err, said)
	}
	return nil
}

// Stop ends the cluster; a second call does nothing. What it has written stays.
func (c *Cluster) Stop() error {
	err := c.server.Close()
	if c.cmd == nil || c.cmd.Process == nil || c.cmd.ProcessState != nil {
		return err
	}
	stuck := time.AfterFunc(patience, func() { _ = c.cmd.Process.Kill() })
	defer stuck.Stop()
	return errors.Join(err, c.input.Close(), c.cmd.Wait())
}

func (c *Cluster) file(name string) string { return filepath.Join(c.options.Dir, name) }

// Kubeconfig is the file with which a user reaches the cluster.
func (c *Cluster) Kubeconfig(u User) string { return c.file("kubeconfig-" + string(u)) }

// As is how a user reaches the cluster.
func (c *Cluster) As(u User) kube.Server {
	return kube.Server{URL: c.access.Server, Authority: c.access.Authority, Token: c.access.Tokens[u]}
}

// Join makes the cluster that of a cloud, which needs an AccountID of its own, for a user and with some namespaces, until leave is called.
func (c *Cluster) Join(cloud *simcloud.Cloud, as User, namespaces ...string) (leave func(), err error) {
	cloud.Clusters = c.For(as, namespaces...)
	return c.clouds.Join(cloud)
}

// For is the cluster as [simcloud.Cloud.Clusters] has it, for a user and with some namespaces.
func (c *Cluster) For(as User, namespaces ...string) map[string]simcloud.Cluster {
	return map[string]simcloud.Cluster{c.options.Name: {Server: c.As(as), AdminToken: c.access.Tokens[Admin], Namespaces: namespaces}}
}

// keys are the public keys of ServiceAccount tokens, which EKS publishes at the issuer's URL.
func (c *Cluster) keys(ctx context.Context) ([]byte, error) {
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM([]byte(c.access.Authority))
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.access.Server+"/openid/v1/jwks", nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.access.Tokens[Admin])
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	return io.ReadAll(response.Body)
}
