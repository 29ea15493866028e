package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/constant"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// RunProgram runs the program that an engine, at an address, asks for. The error is one of the plugin; what is wrong with
// the program is in the response.
type RunProgram func(ctx context.Context, engine string, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error)

// Language stands for Go's language plugin, which is a module that this one does not have. It does not look for the
// providers that the program needs; the plugin does, by go list.
type Language struct {
	env    string
	server *grpc.Server
}

// ServeLanguage starts a plugin that runs programs with run, on a port that is free.
func ServeLanguage(run RunProgram) (*Language, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("language plugin: %w", err)
	}
	l := &Language{env: fmt.Sprintf("go:%d", listener.Addr().(*net.TCPAddr).Port), server: grpc.NewServer()}
	pulumirpc.RegisterLanguageRuntimeServer(l.server, &plugin{run: run})
	go func() { _ = l.server.Serve(listener) }() // ends with Close, and then says so
	return l, nil
}

// Env is the value for PULUMI_DEBUG_LANGUAGES, with which the engine attaches to the plugin.
func (l *Language) Env() string { return l.env }

// Close ends the plugin; a program that runs is interrupted.
func (l *Language) Close() { l.server.Stop() }

// plugin is what the engine calls.
type plugin struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	run RunProgram

	mu     sync.Mutex
	engine string // address
}

func (p *plugin) Handshake(_ context.Context, req *pulumirpc.LanguageHandshakeRequest) (*pulumirpc.LanguageHandshakeResponse, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.engine = req.EngineAddress
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (p *plugin) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: "1.0.0"}, nil
}

func (p *plugin) GetRequiredPackages(context.Context, *pulumirpc.GetRequiredPackagesRequest) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

func (p *plugin) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	p.mu.Lock()
	engine := p.engine
	p.mu.Unlock()
	return p.run(ctx, engine, req)
}

// Process runs a program that was compiled into a file, in a process of its own as the plugin does it.
func Process(path string) RunProgram {
	return func(ctx context.Context, engine string, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
		config, err := json.Marshal(req.Config)
		if err != nil {
			return nil, err
		}
		secrets, err := json.Marshal(req.ConfigSecretKeys)
		if err != nil {
			return nil, err
		}
		program := exec.CommandContext(ctx, path)
		program.Dir = req.Info.GetProgramDirectory()
		program.Env = append(os.Environ(),
			pulumi.EnvOrganization+"="+req.Organization, pulumi.EnvProject+"="+req.Project, pulumi.EnvStack+"="+req.Stack,
			pulumi.EnvPulumiRootDirectory+"="+req.Info.GetRootDirectory(),
			pulumi.EnvConfig+"="+string(config), pulumi.EnvConfigSecretKeys+"="+string(secrets),
			pulumi.EnvDryRun+"="+strconv.FormatBool(req.DryRun), pulumi.EnvParallel+"="+strconv.Itoa(int(req.Parallel)),
			pulumi.EnvMonitor+"="+req.MonitorAddress, pulumi.EnvEngine+"="+engine)
		out, err := program.CombinedOutput()
		switch {
		case err == nil:
			return &pulumirpc.RunResponse{}, nil
		case program.ProcessState.ExitCode() == constant.ExitStatusLoggedError:
			_, _ = os.Stderr.Write(out) // what it has not told the engine
			return &pulumirpc.RunResponse{Bail: true}, nil
		default:
			return &pulumirpc.RunResponse{Error: fmt.Sprintf("%v\n%s", err, out)}, nil
		}
	}
}

// inProcess runs a program in this process, as the plugin runs it in one of its own.
func inProcess(program pulumi.RunFunc) RunProgram {
	return func(ctx context.Context, engine string, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
		pctx, err := pulumi.NewContext(ctx, pulumi.RunInfo{
			Project: req.Project, Stack: req.Stack, Organization: req.Organization, RootDirectory: req.Info.GetRootDirectory(),
			Config: req.Config, ConfigSecretKeys: req.ConfigSecretKeys, Parallel: req.Parallel, DryRun: req.DryRun,
			MonitorAddr: req.MonitorAddress, EngineAddr: engine,
		})
		if err != nil {
			return nil, err
		}
		defer func() { _ = pctx.Close() }()
		err = pulumi.RunWithContext(pctx, program)
		var reported interface{ Reported() }
		switch {
		case err == nil:
			return &pulumirpc.RunResponse{}, nil
		case errors.As(err, &reported):
			return &pulumirpc.RunResponse{Bail: true}, nil
		default:
			return &pulumirpc.RunResponse{Error: err.Error()}, nil
		}
	}
}
