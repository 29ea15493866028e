// Package simcloud simulates the aws, kubernetes and random providers: gRPC servers that the real Pulumi engine attaches to, for one
// small cloud that is stored in a file.
//
// What the providers answer comes from facts.json (which inputs a type has, which of them replace it,
// which values are computed or sensitive) and from the rules of the APIs behind them, one file per
// cloud. Kubernetes objects are decoded strictly into the published Go types; the External Secrets
// Operator, the kubelet and IAM are simulated as far as an application needs them to reach its
// database. Nothing sleeps: what would take minutes has succeeded or failed when the call returns.
// A [Front] answers STS and Secrets Manager over HTTP, for an operator that runs.
//
// A real API server can stand for that of an EKS cluster, see [Cloud.Clusters]. Then only the provider is simulated: package kube.
//
// To add an AWS type, add its facts to facts.json and its rules to the table awsTypes; to add a
// Kubernetes kind, add it to the table kinds.
package simcloud
