package kube

import (
	"context"
	"fmt"
)

// goal is what the provider waits for.
type goal struct {
	reached func(now *Object) (bool, error)
	cause   string                      // of the error after the time to wait
	others  func(live *Object) []string // what else it says then
}

// goalOf is the goal of an object, whose pods say something; nil: nobody waits.
func goalOf(object *Object, said func(live *Object) []string) (*goal, error) {
	annotations := object.GetAnnotations()
	switch wanted := annotations[waitFor]; {
	case annotations[skipAwait] == "true":
		return nil, nil
	case wanted != "":
		return conditionsGoal(conditionsOf(wanted))
	}
	cause := fmt.Sprintf("'%s' timed out waiting to be Ready", object.GetName())
	switch object.GetAPIVersion() + "/" + object.GetKind() {
	case "batch/v1/Job":
		return &goal{func(now *Object) (bool, error) { return jobEnded(now, said) }, cause, said}, nil
	case "apps/v1/Deployment":
		return &goal{rolledOut, cause, func(live *Object) []string { return append(unavailable(live), said(live)...) }}, nil
	}
	return nil, nil
}

// Awaited tells whether the provider waits for an object.
func Awaited(object *Object) bool {
	wanted, err := goalOf(object, nil)
	return wanted != nil || err != nil || targets(object)
}

// Judge is what the provider says of an object that stays as it is, and whose pods say something.
func Judge(object *Object, said []string) error {
	wanted, err := goalOf(object, func(*Object) []string { return said })
	if wanted == nil || err != nil {
		return err
	}
	if done, err := wanted.reached(object); done || err != nil {
		return err
	}
	return late(context.DeadlineExceeded, object, wanted.cause, wanted.others(object)...)
}
