package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

// Result is the output and the events of a run of the engine.
type Result struct {
	Stdout string
	Stderr string
	Events []apitype.EngineEvent // in the order of the engine
}

// Steps are the operations of the run, in the order in which they began: one for each resource, and one for each step of a replacement.
// The Op of an unchanged resource is "same".
func (r *Result) Steps() []apitype.StepEventMetadata {
	var steps []apitype.StepEventMetadata
	for _, e := range r.Events {
		if e.ResourcePreEvent != nil {
			steps = append(steps, e.ResourcePreEvent.Metadata)
		}
	}
	return steps
}

// WriteLog writes the events to a file, as the CLI's --event-log does.
func (r *Result) WriteLog(file string) error {
	var text bytes.Buffer
	lines := json.NewEncoder(&text)
	for _, event := range r.Events {
		if err := lines.Encode(event); err != nil {
			return err
		}
	}
	return os.WriteFile(file, text.Bytes(), 0o600)
}

// Changes counts the operations of the run by kind, such as "create" or "same". It is nil if the run ended before its summary.
func (r *Result) Changes() map[apitype.OpType]int {
	for _, e := range r.Events {
		if e.SummaryEvent != nil {
			return e.SummaryEvent.ResourceChanges
		}
	}
	return nil
}

// Errors are the error messages of the run, without colors.
func (r *Result) Errors() []string {
	var messages []string
	for _, e := range r.Events {
		if d := e.DiagnosticEvent; d != nil && d.Severity == "error" {
			messages = append(messages, strings.TrimSpace(colors.Never.Colorize(d.Message)))
		}
	}
	return messages
}

// Failure is the error of a run that started and failed. Its output says why.
type Failure struct {
	Verb   string  // preview, up, refresh or destroy
	Code   int     // exit code of the CLI
	Result *Result // of the run until it failed
}

// Error is the errors of the engine or, if there are none, the standard error of the CLI.
func (f *Failure) Error() string {
	why := strings.Join(f.Result.Errors(), "\n")
	if why == "" {
		why = strings.TrimSpace(f.Result.Stderr)
	}
	return fmt.Sprintf("pulumi %s: exit code %d\n%s", f.Verb, f.Code, why)
}

// Preview shows what Up would do. If the run fails, the error is a [*Failure], as with the other methods. Any other error means that the
// run did not start.
func (e *Environment) Preview(ctx context.Context, opts ...optpreview.Option) (*Result, error) {
	return e.operate("preview", func(s streams) error {
		_, err := e.stack.Preview(ctx, append(opts, optpreview.Color(e.color()), optpreview.EventStreams(s.events),
			optpreview.ProgressStreams(s.stdout), optpreview.ErrorProgressStreams(s.stderr))...)
		return err
	})
}

// Up deploys the program to the simulated cloud.
func (e *Environment) Up(ctx context.Context, opts ...optup.Option) (*Result, error) {
	return e.operate("up", func(s streams) error {
		_, err := e.stack.Up(ctx, append(opts, optup.Color(e.color()), optup.EventStreams(s.events),
			optup.ProgressStreams(s.stdout), optup.ErrorProgressStreams(s.stderr))...)
		return err
	})
}

// Refresh updates the engine's state from the simulated cloud.
func (e *Environment) Refresh(ctx context.Context, opts ...optrefresh.Option) (*Result, error) {
	return e.operate("refresh", func(s streams) error {
		_, err := e.stack.Refresh(ctx, append(opts, optrefresh.Color(e.color()), optrefresh.EventStreams(s.events),
			optrefresh.ProgressStreams(s.stdout), optrefresh.ErrorProgressStreams(s.stderr))...)
		return err
	})
}

// PreviewDestroy shows what Destroy would delete. It fails if a resource is protected.
func (e *Environment) PreviewDestroy(ctx context.Context, opts ...optdestroy.Option) (*Result, error) {
	return e.operate("destroy", func(s streams) error {
		_, err := e.stack.PreviewDestroy(ctx, append(opts, optdestroy.Color(e.color()), optdestroy.EventStreams(s.events),
			optdestroy.ProgressStreams(s.stdout), optdestroy.ErrorProgressStreams(s.stderr))...)
		return err
	})
}

// Destroy deletes the resources of the stack, except protected ones and their dependencies. The empty stack stays.
func (e *Environment) Destroy(ctx context.Context, opts ...optdestroy.Option) (*Result, error) {
	return e.operate("destroy", func(s streams) error {
		_, err := e.stack.Destroy(ctx, append(opts, optdestroy.Color(e.color()), optdestroy.EventStreams(s.events),
			optdestroy.ProgressStreams(s.stdout), optdestroy.ErrorProgressStreams(s.stderr))...)
		return err
	})
}

func (e *Environment) color() string {
	if e.opts.Color {
		return "always"
	}
	return "never"
}

// streams get the output and the events of a run.
type streams struct {
	stdout, stderr io.Writer
	events         chan events.EngineEvent
}

// operate runs an operation and collects its output and events.
func (e *Environment) operate(verb string, operation func(streams) error) (*Result, error) {
	var stdout, stderr bytes.Buffer
	s := streams{
		stdout: tee(&stdout, e.opts.Stdout),
		stderr: tee(&stderr, e.opts.Stderr),
		events: make(chan events.EngineEvent),
	}
	collected := make(chan []apitype.EngineEvent, 1)
	stop := make(chan struct{})
	go func() { collected <- collect(s.events, stop) }()

	e.cli.failed = nil
	err := operation(s)
	if err != nil {
		// If the CLI never connected, the event stream is not closed.
		time.AfterFunc(time.Second, func() { close(stop) })
	}
	result := &Result{Stdout: stdout.String(), Stderr: stderr.String(), Events: <-collected}
	if failed := e.cli.failed; err != nil && failed != nil && failed.is(verb) {
		return result, &Failure{Verb: verb, Code: failed.code, Result: result}
	}
	return result, e.cli.explain(err)
}

// collect gathers events until their channel is closed, or until stop is.
func collect(from <-chan events.EngineEvent, stop <-chan struct{}) []apitype.EngineEvent {
	var all []apitype.EngineEvent
	for {
		select {
		case event, ok := <-from:
			if !ok {
				return all
			}
			if event.Error == nil {
				all = append(all, event.EngineEvent)
			}
		case <-stop:
			return all
		}
	}
}

func tee(buffer *bytes.Buffer, to io.Writer) io.Writer {
	if to == nil {
		return buffer
	}
	return io.MultiWriter(buffer, to)
}
