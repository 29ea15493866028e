// Package kube does with a real API server what Pulumi's kubernetes provider does, as its source is in the versions from 4.29: which
// requests it sends, what it waits for, and what it says about a failure.
package kube

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/retry"
)

// Server is an API server, and who calls it.
type Server struct {
	URL       string
	Authority string // certificates that sign its own, PEM
	Token     string // bearer token
}

// Object is an object, or what identifies one: its kind, namespace and name.
type Object = unstructured.Unstructured

// Client calls an API server.
type Client struct{ dynamic dynamic.Interface }

// Connect returns a client. It does not call the server yet.
func Connect(s Server) (*Client, error) {
	config := &rest.Config{
		Host: s.URL, BearerToken: s.Token, TLSClientConfig: rest.TLSClientConfig{CAData: []byte(s.Authority)},
		QPS: -1, WarningHandler: rest.NoWarnings{}, // as many calls as there are
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("API server %s: %w", s.URL, err)
	}
	return &Client{client}, nil
}

// of is the resource of an object's kind, in its namespace.
func (c *Client) of(object *Object) dynamic.ResourceInterface {
	return c.kind(object.GroupVersionKind(), object.GetNamespace())
}

func (c *Client) kind(kind schema.GroupVersionKind, namespace string) dynamic.ResourceInterface {
	plural, _ := meta.UnsafeGuessKindToResource(kind)
	if namespace == "" {
		return c.dynamic.Resource(plural)
	}
	return c.dynamic.Resource(plural).Namespace(namespace)
}

// Read returns an object as it is now; nil: there is none.
func (c *Client) Read(ctx context.Context, object *Object) (*Object, error) {
	live, err := c.of(object).Get(ctx, object.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return live, err
}

// List lists the objects of a kind in a namespace; of a kind that the server does not have, none.
func (c *Client) List(ctx context.Context, kind schema.GroupVersionKind, namespace string) ([]Object, error) {
	list, err := c.kind(kind, namespace).List(ctx, metav1.ListOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// Put creates an object, or replaces the one that exists, as a field manager.
func (c *Client) Put(ctx context.Context, object *Object, manager string) error {
	for {
		live, err := c.Read(ctx, object)
		if err != nil {
			return err
		}
		object = object.DeepCopy()
		if live == nil {
			object.SetResourceVersion("")
			_, err = c.of(object).Create(ctx, object, metav1.CreateOptions{FieldManager: manager})
		} else {
			object.SetResourceVersion(live.GetResourceVersion())
			object.SetUID(live.GetUID())
			_, err = c.of(object).Update(ctx, object, metav1.UpdateOptions{FieldManager: manager})
		}
		if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) { // another client was faster
			return err
		}
	}
}

// Edit changes an object that exists, as a field manager. What others change at the same time stays.
func (c *Client) Edit(ctx context.Context, object *Object, manager string, edit func(*Object)) error {
	return retry.RetryOnConflict(retry.DefaultRetry, func() error {
		live, err := c.of(object).Get(ctx, object.GetName(), metav1.GetOptions{})
		if err != nil {
			return err
		}
		edit(live)
		_, err = c.of(object).Update(ctx, live, metav1.UpdateOptions{FieldManager: manager})
		return err
	})
}

// Unready says that an object was stored, and did not become what somebody waits for.
type Unready struct {
	Object *Object // as it was last seen
	Cause  string
	Others []string // what its pods and its conditions say
}

func (u *Unready) Error() string { return u.Cause }

// refused tells whether an error is an answer of the API server, which it gave for a reason.
func refused(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status)
}

// UnknownNamespace tells whether a request failed because its namespace does not exist.
func UnknownNamespace(err error) bool {
	var status *apierrors.StatusError
	return errors.As(err, &status) && status.ErrStatus.Code == http.StatusNotFound &&
		status.ErrStatus.Details != nil && status.ErrStatus.Details.Kind == "namespaces"
}
