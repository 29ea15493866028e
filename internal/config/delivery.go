package config

// Delivery says who owns the Kubernetes objects.
type Delivery string

// The owners.
const (
	DeliveryPulumi   Delivery = "pulumi"   // this program makes them
	DeliveryHandover Delivery = "handover" // both, while they change hands: this program takes what exists, and leaves what it forgets
	DeliveryGitOps   Delivery = "gitops"   // the GitOps repository makes them, from the output helmValues
)

// InCluster tells whether this program makes objects in the cluster.
func (d Delivery) InCluster() bool { return d != DeliveryGitOps }
