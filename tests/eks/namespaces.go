package eks

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// Namespace makes a namespace as the documentation says it: with the Pod Security Standard restricted, and with what the pipeline's roles
// may do there, as policies/cluster-access.yaml has it.
func (c *Cluster) Namespace(ctx context.Context, name string) error {
	root, err := repository.Root()
	if err != nil {
		return err
	}
	access, err := os.ReadFile(filepath.Join(root, "policies", "cluster-access.yaml"))
	if err != nil {
		return err
	}
	client, err := kube.Connect(c.As(Admin))
	if err != nil {
		return err
	}
	namespace := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Namespace",
		"metadata": map[string]any{"name": name, "labels": map[string]any{"pod-security.kubernetes.io/enforce": "restricted"}},
	}}
	if err := client.Put(ctx, namespace, manager); err != nil {
		return err
	}
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(bytes.ReplaceAll(access, []byte("NAMESPACE"), []byte(name))), len(access))
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(object)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = client.Put(ctx, object, manager)
		}
		if err != nil {
			return err
		}
	}
}

// Remove deletes a namespace with all that is in it, and waits until it is gone.
func (c *Cluster) Remove(ctx context.Context, name string) error {
	client, err := kube.Connect(c.As(Admin))
	if err != nil {
		return err
	}
	namespace := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}}}
	return client.Delete(ctx, namespace, time.Minute)
}

// manager is the field manager of what the administrators of the cluster apply.
const manager = "kubectl"
