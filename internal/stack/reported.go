package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Reported is an error that the engine has already shown, so main only has to exit. By default, Pulumi puts "an unhandled error
// occurred: program failed: 1 error occurred" before the text.
type Reported struct{ error }

// Unwrap returns the error that was reported.
func (r *Reported) Unwrap() error { return r.error }

// Reported marks the error for packages that do not import this type.
func (r *Reported) Reported() {}

// report logs an error with the engine and returns it as [Reported]. It returns the error itself if that fails.
func report(ctx *pulumi.Context, err error) error {
	if err == nil || ctx.Log.Error(err.Error(), nil) != nil {
		return err
	}
	return &Reported{err}
}
