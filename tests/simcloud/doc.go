// Package simcloud is the aws, kubernetes and random providers, simulated: gRPC servers that the real
// Pulumi engine attaches to, over one small cloud that is kept in a file.
//
// What the providers answer comes from facts.json (which inputs a type has, which of them replace it,
// which values are computed or sensitive) and from the rules of the APIs behind them, one file per
// cloud. Kubernetes objects are decoded strictly into the published Go types; the External Secrets
// Operator, the kubelet and IAM are simulated as far as an application's way to its database needs
// them. Nothing sleeps: what would take minutes is done or has failed when the call returns.
//
// To add an AWS type, add its facts to facts.json and its rules to the table awsTypes; to add a
// Kubernetes kind, add it to the table kinds.
package simcloud
