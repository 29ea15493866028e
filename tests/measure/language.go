package main

import (
	"context"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/mosaic-stories/mosaic-database/tests/engine"
)

// language compiles and runs a program of this module, as a preview does.
type language struct {
	root   string   // folder of the module
	pkg    string   // import path of the program
	target string   // file of the program
	flags  []string // of go build, in addition to those of the plugin
}

// run compiles the program as the plugin does, unless it has not changed, and runs it.
func (l *language) run(ctx context.Context, address string, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if out, err := compile(ctx, l.root, l.target, l.pkg, l.flags...).CombinedOutput(); err != nil {
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("%v\n%s", err, out)}, nil
	}
	return engine.Process(l.target)(ctx, address, req)
}
