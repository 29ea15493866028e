package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// language is the program of this module as a preview compiles and runs it.
type language struct {
	root   string   // folder of the module
	pkg    string   // import path of the program
	target string   // file of the program
	flags  []string // of go build, beside the plugin's own
}

// run compiles the program as the plugin does, or finds that it has not changed, and runs it.
func (l *language) run(ctx context.Context, engine string, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
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
