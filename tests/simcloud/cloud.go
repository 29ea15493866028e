package simcloud

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// DeletedSecret is the kind of a Secrets Manager secret in its recovery window. Its id is the name.
const DeletedSecret = "aws:secretsmanager/secret:Secret scheduled for deletion"

// ErrRunning is the result of JobResult while the containers run.
var ErrRunning = errors.New("still running")

// Cloud is one AWS account with its EKS clusters: mosaic-dev and mosaic-prod, in one region, and mosaic-prod-west in us-west-2.
type Cloud struct {
	// AccountID is the account of the simulated credentials, twelve digits. Default: the account that
	// the file remembers, or else the first of the aws provider's allowedAccountIds.
	AccountID string
	// JobResult returns how the containers of a Job with the image end. nil, or a nil error: they succeed; ErrRunning: they still run.
	JobResult func(image string) error

	// RunContainer runs the command of a Job's container, with its variables, after the simulation; nil: the command is not run.
	RunContainer func(command []string, environment map[string]string) error

	// OperatorLags makes the External Secrets Operator slow: it acts on a changed ExternalSecret only when something waits for it, and the
	// status of the object stays as it was until then.
	OperatorLags bool
	// Clusters are the real API servers of EKS clusters, by name. The others are simulated, and only the provider gets answers from them.
	Clusters map[string]Cluster
	// Patience is how long the provider waits for an object of a real cluster, at most. 0: as long as it says.
	Patience time.Duration
	// Withdrawn is the instance classes and engine versions that RDS has not, or no more, for new instances.
	Withdrawn []string
	// Databases are the servers of the RDS instances. nil: there are none, and only which logins they would have is simulated.
	Databases Databases
	// Takes blocks for as long as an operation takes, before the engine gets its result. It is called concurrently. nil: operations take
	// no time.
	Takes func(Operation)

	mu      sync.Mutex // every call of a provider holds it, so other code needs no lock
	path    string
	account string // of the first aws provider
	region  string // of the first aws provider, and of the clusters that have no other
	lost    string // region that does not answer; "": none
	objects map[key]*Object
	fault   func(Operation) error
	inspect func(Operation, func(string) []Object)
	look    func(Operation, map[string]string)
	log     []Operation
	events  []string // of simulated clusters
}

// Object is something that exists in the cloud.
type Object struct {
	Kind       string     // Pulumi's type token, such as aws:rds/instance:Instance or kubernetes:batch/v1:Job
	ID         string     // Pulumi's resource id; of a Kubernetes object namespace/name
	Cluster    string     `json:",omitempty"` // name of the EKS cluster, of a Kubernetes object
	Properties Properties // as the provider's outputs have them
	Said       []string   `json:",omitempty"` // of a workload: what the provider reports of its pods
}

// Operation is a call that a provider has made, or is about to make.
type Operation struct {
	Op   string // create, update, delete, read, invoke or run (a Job's containers)
	Type string // Pulumi's type token, or the function's
	Name string // the resource's name in the program; of run: the Job's namespace and name, or the pod's where it runs on a real cluster
	Text string // of run: the command and its image
	// Timeout is how long a create, update or delete may take; 0: the provider's default.
	Timeout time.Duration
}

type key struct{ kind, cluster, id string }

// Objects lists what exists of a kind, or of all kinds for "", sorted by kind, cluster and id. The
// properties are copies.
func (c *Cloud) Objects(kind string) []Object {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.list(kind)
}

func (c *Cloud) list(kind string) []Object {
	var objects []Object
	if kind == "" || strings.HasPrefix(kind, "kubernetes:") {
		for name, cluster := range c.Clusters {
			objects = append(objects, cluster.list(name, kind)...)
		}
	}
	for _, o := range c.all(kind, nil) {
		if _, found := c.Clusters[o.Cluster]; found {
			continue // what every simulated cluster has
		}
		found := *o
		found.Properties = o.Properties.clone()
		objects = append(objects, found)
	}
	slices.SortFunc(objects, func(a, b Object) int { return byIdentity(&a, &b) })
	return objects
}

// Edit changes an object outside of Pulumi, as a console, an autoscaler or an upgrade does; in a cluster, as kubectl edit does. It fails
// if there is no such object.
func (c *Cloud) Edit(kind, id string, edit func(Properties)) error {
	if cluster, found := c.realOf(kind, id); found {
		return cluster.edit(kind, id, edit)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.find(kind, func(o *Object) bool { return o.ID == id })
	if o == nil {
		return fmt.Errorf("simulated cloud: no %s %q", kind, id)
	}
	if o.Cluster != "" {
		o.edit("kubectl-edit", edit)
		return c.save()
	}
	before := o.Properties.clone()
	edit(o.Properties)
	switch kind {
	case instanceType:
		return errors.Join(c.databases().Modify(before, o.Properties), c.save())
	case clusterType:
		return errors.Join(c.databases().Modify(databaseOf(before), databaseOf(o.Properties)), c.save())
	}
	return c.save()
}

// Add creates an object outside of Pulumi, as another tool does.
func (c *Cloud) Add(o Object) error {
	if cluster, found := c.Clusters[o.Cluster]; found {
		return cluster.put(o)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if o.Cluster != "" {
		o.Properties = created(stored(o.Kind, o.Properties), "kubectl-create")
	}
	c.put(&o)
	return c.save()
}

// Remove deletes an object outside of Pulumi. It fails if there is no such object.
func (c *Cloud) Remove(kind, id string) error {
	if cluster, found := c.realOf(kind, id); found {
		return cluster.remove(kind, id)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.find(kind, func(o *Object) bool { return o.ID == id })
	if o == nil {
		return fmt.Errorf("simulated cloud: no %s %q", kind, id)
	}
	c.drop(o)
	switch kind {
	case instanceType:
		return errors.Join(c.databases().Delete(o.Properties), c.save())
	case clusterType:
		return errors.Join(c.databases().Delete(databaseOf(o.Properties)), c.save())
	}
	return c.save()
}

// Fail sets a function that is called before every operation; if it returns an error, the operation fails with it. nil removes it.
func (c *Cloud) Fail(fault func(Operation) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault = fault
}

// Inspect sets a function that is called before every operation, with what exists. It must not change anything. nil removes it.
func (c *Cloud) Inspect(inspect func(op Operation, objects func(kind string) []Object)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inspect = inspect
}

// Log lists every operation since Open, in order, including those that failed.
func (c *Cloud) Log() []Operation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.log)
}

func (c *Cloud) begin(op Operation) error {
	c.log = append(c.log, op)
	if c.look != nil {
		c.look(op, c.refused())
	}
	if c.inspect != nil {
		c.inspect(op, c.list)
	}
	if c.fault == nil {
		return nil
	}
	return c.fault(op)
}

func (c *Cloud) put(o *Object)               { c.objects[key{o.Kind, o.Cluster, o.ID}] = o }
func (c *Cloud) get(kind, id string) *Object { return c.objects[key{kind: kind, id: id}] }
func (c *Cloud) drop(o *Object)              { delete(c.objects, key{o.Kind, o.Cluster, o.ID}) }

func (c *Cloud) find(kind string, match func(*Object) bool) *Object {
	if found := c.all(kind, match); len(found) > 0 {
		return found[0]
	}
	return nil
}

// all lists the objects of a kind, or of all kinds for "", that match; nil matches every one.
func (c *Cloud) all(kind string, match func(*Object) bool) []*Object {
	var found []*Object
	for k, o := range c.objects {
		if (kind == "" || k.kind == kind) && (match == nil || match(o)) {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, byIdentity)
	return found
}

func byIdentity(a, b *Object) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.ID, b.ID))
}
