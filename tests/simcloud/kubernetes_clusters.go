package simcloud

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// Cluster is a real API server that stands for the one of an EKS cluster.
type Cluster struct {
	kube.Server // Token is what everybody who logs in with the AWS CLI gets

	// AdminToken is that with which Objects, Edit, Add and Remove look at everything and change it; "": Token.
	AdminToken string
	// Namespaces are those of this cloud. Other clouds can have others on the same server. nil: all that people have made.
	Namespaces []string
}

// admin is a client that may do everything.
func (c Cluster) admin() (*kube.Client, error) {
	server := c.Server
	server.Token = cmp.Or(c.AdminToken, c.Token)
	return kube.Connect(server)
}

func (c Cluster) certificateAuthority() string {
	return base64.StdEncoding.EncodeToString([]byte(c.Authority))
}

// owns tells whether an object is in one of the namespaces of this cloud, or is one of them. Objects that are in no namespace belong to
// all clouds.
func (c Cluster) owns(typ, id string) bool {
	namespace, _, namespaced := strings.Cut(id, "/")
	return !namespaced && typ != namespaceType || slices.Contains(c.Namespaces, namespace) || c.Namespaces == nil && !strings.HasPrefix(namespace, "kube-")
}

// realOf is the real cluster that an object of a kind belongs to; false: the object is simulated.
func (c *Cloud) realOf(typ, id string) (Cluster, bool) {
	for _, name := range slices.Sorted(maps.Keys(c.Clusters)) {
		if cluster := c.Clusters[name]; strings.HasPrefix(typ, "kubernetes:") && cluster.owns(typ, id) {
			return cluster, true
		}
	}
	return Cluster{}, false
}

// list lists the objects of a kind, or of all kinds of kinds() for "", in the namespaces of this cloud.
func (c Cluster) list(name, typ string) []Object {
	types := []string{typ}
	if typ == "" {
		types = slices.Collect(maps.Keys(kinds()))
	}
	client, err := c.admin()
	var found []Object
	for i := 0; i < len(types) && err == nil; i++ {
		var objects []kube.Object
		objects, err = c.listKind(client, types[i])
		for _, object := range objects {
			found = append(found, Object{Kind: types[i], Cluster: name, ID: idOf(&object), Properties: Properties(object.Object).clone()})
		}
	}
	if err != nil {
		panic(fmt.Sprintf("cluster %s: %v", name, err)) // no test may take that for an empty cluster
	}
	return found
}

func (c Cluster) listKind(client *kube.Client, typ string) ([]kube.Object, error) {
	namespaces := c.Namespaces
	if typ == namespaceType || typ == clusterSecretStoreType || c.Namespaces == nil {
		namespaces = []string{""}
	}
	var all []kube.Object
	for _, namespace := range namespaces {
		objects, err := client.List(context.Background(), kindToken(typ), namespace)
		if err != nil {
			return nil, err
		}
		all = append(all, objects...)
	}
	return slices.DeleteFunc(all, func(o kube.Object) bool { return !c.owns(typ, idOf(&o)) || furnished(typ, o.GetName()) }), nil
}

// furnished tells whether an object is one that Kubernetes makes: in every namespace, or in default.
func furnished(typ, name string) bool {
	return typ == serviceAccountType && name == "default" || typ == configMapType && name == "kube-root-ca.crt" || typ == serviceType && name == "kubernetes"
}

// put creates or replaces an object, as kubectl does.
func (c Cluster) put(o Object) error {
	client, err := c.admin()
	if err != nil {
		return err
	}
	return client.Put(context.Background(), asObject(o.Properties), "kubectl-create")
}

func (c Cluster) edit(typ, id string, edit func(Properties)) error {
	client, live, err := c.find(typ, id)
	if err != nil {
		return err
	}
	return client.Edit(context.Background(), live, "kubectl-edit", func(o *kube.Object) {
		properties := Properties(o.Object).clone()
		edit(properties)
		o.Object = asObject(properties).Object
	})
}

func (c Cluster) remove(typ, id string) error {
	client, live, err := c.find(typ, id)
	if err != nil {
		return err
	}
	return client.Delete(context.Background(), live, time.Minute)
}

func (c Cluster) find(typ, id string) (*kube.Client, *kube.Object, error) {
	client, err := c.admin()
	if err != nil {
		return nil, nil, err
	}
	live, err := client.Read(context.Background(), identified(typ, id))
	if err == nil && live == nil {
		err = fmt.Errorf("simulated cloud: no %s %q", typ, id)
	}
	return client, live, err
}
