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

// RunProgram runs the program for an engine at an address. Errors of the program are in the response; the error is one of the plugin
// itself.
type RunProgram func(ctx context.Context, engine string, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error)

// Language replaces Go's language plugin, which is another module. Unlike the plugin, it does not look for the providers that the program
// needs.
type Language struct {
	env    string
	server *grpc.Server
}

// ServeLanguage starts a plugin on a free port, which runs programs with a function.
func ServeLanguage(run RunProgram) (*Language, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("language plugin: %w", err)
	}
	l := &Language{env: fmt.Sprintf("go:%d", listener.Addr().(*net.TCPAddr).Port), server: grpc.NewServer()}
	pulumirpc.RegisterLanguageRuntimeServer(l.server, &plugin{run: run})
	go func() { _ = l.server.Serve(listener) }() // Close ends it, with an error
	return l, nil
}

// Env is the value for PULUMI_DEBUG_LANGUAGES, with which the engine attaches to the plugin.
func (l *Language) Env() string { return l.env }

// Close stops the plugin, and interrupts a running program.
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

// Process runs a compiled program in a process of its own, as the plugin does.
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
			_, _ = os.Stderr.Write(out) // what the program did not report to the engine
			return &pulumirpc.RunResponse{Bail: true}, nil
		default:
			return &pulumirpc.RunResponse{Error: fmt.Sprintf("%v\n%s", err, out)}, nil
		}
	}
}

// inProcess runs a program in this process.
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
