package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// language stands for Go's language plugin, which is a module that this one does not have: it compiles the program as
// the plugin does and runs it. It does not look for the plugins that the program needs; the plugin does, by go list.
type language struct {
	pulumirpc.UnimplementedLanguageRuntimeServer
	root   string   // folder of the module
	pkg    string   // import path of the program
	target string   // file of the program
	flags  []string // of go build, beside the plugin's own

	mu     sync.Mutex
	engine string // address
}

// serve returns the value for PULUMI_DEBUG_LANGUAGES.
func (l *language) serve() (attach string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := grpc.NewServer()
	pulumirpc.RegisterLanguageRuntimeServer(server, l)
	go func() { _ = server.Serve(listener) }() // ends with Stop
	return fmt.Sprintf("go:%d", listener.Addr().(*net.TCPAddr).Port), server.Stop, nil
}

func (l *language) Handshake(_ context.Context, req *pulumirpc.LanguageHandshakeRequest) (*pulumirpc.LanguageHandshakeResponse, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.engine = req.EngineAddress
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (l *language) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: "1.0.0"}, nil
}

func (l *language) GetRequiredPackages(context.Context, *pulumirpc.GetRequiredPackagesRequest) (*pulumirpc.GetRequiredPackagesResponse, error) {
	return &pulumirpc.GetRequiredPackagesResponse{}, nil
}

// Run compiles the program, or finds that it has not changed, and runs it.
func (l *language) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if out, err := compile(ctx, l.root, l.target, l.pkg, l.flags...).CombinedOutput(); err != nil {
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("%v\n%s", err, out)}, nil
	}
	config, err := json.Marshal(req.Config)
	if err != nil {
		return nil, err
	}
	secrets, err := json.Marshal(req.ConfigSecretKeys)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	engine := l.engine
	l.mu.Unlock()
	program := exec.CommandContext(ctx, l.target)
	program.Dir = req.Info.GetProgramDirectory()
	program.Env = append(os.Environ(),
		pulumi.EnvOrganization+"="+req.Organization, pulumi.EnvProject+"="+req.Project, pulumi.EnvStack+"="+req.Stack,
		pulumi.EnvPulumiRootDirectory+"="+req.Info.GetRootDirectory(),
		pulumi.EnvConfig+"="+string(config), pulumi.EnvConfigSecretKeys+"="+string(secrets),
		pulumi.EnvDryRun+"="+strconv.FormatBool(req.DryRun), pulumi.EnvParallel+"="+strconv.Itoa(int(req.Parallel)),
		pulumi.EnvMonitor+"="+req.MonitorAddress, pulumi.EnvEngine+"="+engine)
	if out, err := program.CombinedOutput(); err != nil {
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("%v\n%s", err, out)}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}
