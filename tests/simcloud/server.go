package simcloud

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/structpb"
)

// provider is the part of a server that differs between Pulumi packages.
type provider interface {
	version() string
	checkConfig(config resource.PropertyMap) []*pulumirpc.CheckFailure
	// movesOn tells whether a new configuration leads to another cloud, so that resources have to be created again there.
	movesOn(old, config Properties) bool
	configure(config Properties) (session, error)
}

// session is a configured provider: it acts for one account in one region, or on one cluster.
type session interface {
	check(r request) (resource.PropertyMap, []*pulumirpc.CheckFailure, error)
	diff(r request) (diff, error)
	preview(r request) (resource.PropertyMap, error)
	// create and update return the outputs; beside them, an initError is a partial failure.
	create(r request) (id string, outputs Properties, err error)
	update(r request) (outputs Properties, err error)
	// read returns no outputs if the resource does not exist.
	read(r request) (outputs Properties, err error)
	// inputs is the part of the outputs that are inputs. An import needs it, because it has no inputs yet.
	inputs(typ string, live Properties) Properties
	remove(r request) error
	invoke(token string, args Properties) (Properties, error)
	// secretOutputs names the outputs that are always secret.
	secretOutputs(typ string) []string
}

// remote is a session whose objects are on a real server, which may need an answer of the cloud before it has one: the cloud is not locked
// during its calls, and there is nothing to save after them.
type remote interface{ remote() }

// request is a call of the engine for one resource.
type request struct {
	ctx                   context.Context // ends when nobody waits for the result any more
	typ, name, id         string
	oldInputs, oldOutputs resource.PropertyMap // empty where there is no resource yet
	inputs                resource.PropertyMap // as the program gives them, including unknown values
	seed                  []byte               // of Check: gives the same name in preview and update
	autonaming            *pulumirpc.CheckRequest_AutonamingOptions
	ignored               []string // of Update: the properties whose changes are ignored
	timeout               float64  // of Create, Update and Delete, seconds; 0: the provider's default
}

// diff is how an update would change a resource.
type diff struct {
	detailed            map[string]*pulumirpc.PropertyDiff // by path
	replaces            []string                           // paths
	deleteBeforeReplace bool
}

// properties names the properties that differ.
func (d diff) properties() []string {
	names := map[string]bool{}
	for path := range d.detailed {
		names[path[:strings.IndexAny(path+".", ".[")]] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// initError says that a resource exists but is not ready.
type initError struct{ reasons []string }

func (e *initError) Error() string { return strings.Join(e.reasons, "; ") }

// Providers are the servers of the three providers, on the loopback interface.
type Providers struct {
	env     string
	servers []*grpc.Server
}

// Serve starts the three providers of the cloud, on ports that are free.
func (c *Cloud) Serve() (*Providers, error) {
	s := &Providers{}
	var attached []string
	for name, p := range map[string]provider{
		"aws": &aws{c}, "kubernetes": &kubernetes{c}, "random": &random{},
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("simulated %s provider: %w", name, err)
		}
		server := grpc.NewServer()
		pulumirpc.RegisterResourceProviderServer(server, newEndpoint(c, p))
		s.servers = append(s.servers, server)
		attached = append(attached, fmt.Sprintf("%s:%d", name, listener.Addr().(*net.TCPAddr).Port))
		go func() { _ = server.Serve(listener) }() // ends with Close, and then says so
	}
	s.env = strings.Join(attached, ",")
	return s, nil
}

// Env is the value for PULUMI_DEBUG_PROVIDERS, with which the engine attaches to the providers.
func (s *Providers) Env() string { return s.env }

// Close stops the providers; running calls fail.
func (s *Providers) Close() {
	for _, server := range s.servers {
		server.Stop()
	}
}

func decode(s *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepUnknowns: true, SkipNulls: true})
}

func encode(m resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(m, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, SkipNulls: true})
}

// properties are the targets that the properties of a call are decoded into.
type properties map[*resource.PropertyMap]*structpb.Struct

func (p properties) decode() error {
	var all error
	for target, encoded := range p {
		m, err := decode(encoded)
		*target, all = m, errors.Join(all, err)
	}
	return all
}

// encodeOutputs encodes what exists, with its secrets marked.
func encodeOutputs(s session, typ string, outputs resource.PropertyMap) (*structpb.Struct, error) {
	for _, name := range s.secretOutputs(typ) {
		if value, ok := outputs[resource.PropertyKey(name)]; ok {
			outputs[resource.PropertyKey(name)] = resource.MakeSecret(value)
		}
	}
	return encode(outputs)
}
