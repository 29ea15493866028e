package simcloud

import (
	"context"
	"errors"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// endpoint implements the protocol between the engine and a provider, independently of a cloud.
//
// It does not accept secrets, as bridged providers do not: the engine removes the marks from secret inputs, and restores them on the
// outputs of the same name.
type endpoint struct {
	pulumirpc.UnimplementedResourceProviderServer
	cloud    *Cloud
	provider provider
	// Every provider of a program has its own connection, so that two of one package, as for two regions, do not share a session.
	sessions map[string]session
}

func newEndpoint(c *Cloud, p provider) *endpoint {
	return &endpoint{cloud: c, provider: p, sessions: map[string]session{}}
}

func connection(ctx context.Context) string {
	if p, ok := peer.FromContext(ctx); ok {
		return p.Addr.String()
	}
	return ""
}

func (e *endpoint) Handshake(
	context.Context, *pulumirpc.ProviderHandshakeRequest,
) (*pulumirpc.ProviderHandshakeResponse, error) {
	return &pulumirpc.ProviderHandshakeResponse{SupportsAutonamingConfiguration: true}, nil
}

func (e *endpoint) Attach(context.Context, *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (e *endpoint) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: e.provider.version()}, nil
}

func (e *endpoint) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (e *endpoint) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	config, err := decode(req.News)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: req.News, Failures: e.provider.checkConfig(config)}, nil
}

func (e *endpoint) DiffConfig(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	var old, config resource.PropertyMap
	if err := (properties{&old: req.OldInputs, &config: req.News}).decode(); err != nil {
		return nil, err
	}
	resp := &pulumirpc.DiffResponse{} // the engine finds the changes itself
	if e.provider.movesOn(fromPropertyMap(old), fromPropertyMap(config)) {
		resp.Changes, resp.Replaces = pulumirpc.DiffResponse_DIFF_SOME, []string{"kubeconfig"}
	}
	return resp, nil
}

func (e *endpoint) Configure(
	ctx context.Context, req *pulumirpc.ConfigureRequest,
) (*pulumirpc.ConfigureResponse, error) {
	config, err := decode(req.Args)
	if err != nil {
		return nil, err
	}
	e.cloud.mu.Lock()
	defer e.cloud.mu.Unlock()
	s, err := e.provider.configure(fromPropertyMap(config))
	if err != nil {
		return nil, err
	}
	e.sessions[connection(ctx)] = s
	return &pulumirpc.ConfigureResponse{SupportsPreview: true, SupportsAutonamingConfiguration: true}, nil
}

func (e *endpoint) Invoke(ctx context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	var args resource.PropertyMap
	s, leave, err := e.enter(properties{&args: req.Args}, "invoke", request{ctx: ctx, typ: req.Tok})
	if err != nil {
		return nil, err
	}
	defer leave()
	result, err := s.invoke(req.Tok, fromPropertyMap(args))
	if err != nil {
		return nil, err
	}
	returns, err := encode(result.propertyMap())
	return &pulumirpc.InvokeResponse{Return: returns}, err
}

// enter decodes a call, locks the cloud and finds the session. If the call is an operation and no preview, it is logged, and may fail
// on purpose. The function that it returns unlocks the cloud, unless it is unlocked already for a remote session, and then waits for as
// long as the operation takes.
func (e *endpoint) enter(p properties, op string, r request) (session, func(), error) {
	e.cloud.mu.Lock()
	err := p.decode()
	s, known := e.sessions[connection(r.ctx)]
	if err == nil && !known {
		err = errors.New("the provider is not configured")
	}
	unlock := e.cloud.mu.Unlock
	leave := func() { unlock() }
	if err == nil && op != "" {
		if err = e.cloud.lostTo(s, r.typ); err != nil {
			e.cloud.mu.Unlock()
			return nil, nil, err
		}
		operation := Operation{Op: op, Type: r.typ, Name: r.name, Timeout: time.Duration(r.timeout * float64(time.Second))}
		err = e.cloud.begin(operation)
		if takes := e.cloud.Takes; takes != nil {
			leave = func() { unlock(); takes(operation) }
		}
	}
	if _, away := s.(remote); away || err != nil {
		e.cloud.mu.Unlock()
		unlock = func() {}
	}
	if err != nil {
		return nil, nil, err
	}
	return s, leave, nil
}

// save saves the cloud after an operation of a session.
func (e *endpoint) save(s session) error {
	if _, away := s.(remote); away {
		return nil
	}
	return e.cloud.save()
}

// operation is the operation of a request; "" in a preview.
func operation(request interface{ GetPreview() bool }, op string) string {
	if request.GetPreview() {
		return ""
	}
	return op
}

func (e *endpoint) preview(s session, r request) (*structpb.Struct, error) {
	outputs, err := s.preview(r)
	if err != nil {
		return nil, err
	}
	return encodeOutputs(s, r.typ, outputs)
}

// done saves the cloud and encodes the outputs. A partial failure has them in its details.
func (e *endpoint) done(s session, typ, id string, live Properties, failure error) (*structpb.Struct, error) {
	var partial *initError
	if failure != nil && !errors.As(failure, &partial) {
		return nil, failure
	}
	outputs, err := encodeOutputs(s, typ, live.propertyMap())
	if err := errors.Join(err, e.save(s)); err != nil {
		return nil, err
	}
	if partial == nil {
		return outputs, nil
	}
	return nil, rpcerror.WithDetails(rpcerror.New(codes.Unknown, partial.Error()),
		&pulumirpc.ErrorResourceInitFailed{Id: id, Properties: outputs, Reasons: partial.reasons})
}
