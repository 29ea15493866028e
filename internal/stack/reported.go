package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Reported is an error that the engine has been told as it is, so that who runs the program only has to end it. Pulumi's own
// way puts "an unhandled error occurred: program failed: 1 error occurred" before a text that is meant to be read.
type Reported struct{ error }

// Unwrap is the error that was reported.
func (r *Reported) Unwrap() error { return r.error }

// Reported marks the error for whoever does not know this type.
func (r *Reported) Reported() {}

// report tells the engine an error. One that it cannot be told stays as it is.
func report(ctx *pulumi.Context, err error) error {
	if err == nil || ctx.Log.Error(err.Error(), nil) != nil {
		return err
	}
	return &Reported{err}
}
