// Command cluster is a Kubernetes cluster as one program: etcd, the API server, the controller manager, the scheduler and the External
// Secrets Operator, each the real one, and a node that runs what pods say as processes of this machine.
//
//	cluster run -dir DIR -issuer URL -sts URL -secretsmanager URL -crds FILE
//
// starts all of them, each as a process of its own, and prints a line of JSON, an [Access], when the cluster is ready. It ends when its
// standard input does, so that it does not outlive who started it. What it writes is in DIR; the logs are there too.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"context"

	operator "github.com/external-secrets/external-secrets/cmd/controller"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

// programs are the parts of the cluster, by their names; each takes its arguments from os.Args.
func programs() map[string]func() {
	return map[string]func(){
		etcd:              func() { etcdmain.Main(os.Args) },
		kubeAPIServer:     func() { os.Exit(cli.Run(apiserver.NewAPIServerCommand())) },
		controllerManager: func() { os.Exit(cli.Run(controllers.NewControllerManagerCommand())) },
		kubeScheduler:     func() { os.Exit(cli.Run(scheduler.NewSchedulerCommand())) },
		externalSecrets:   operator.Execute,
	}
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "cluster run -help lists the flags")
		os.Exit(2)
	}
	os.Args = os.Args[1:]
	if run, part := programs()[os.Args[0]]; part {
		run()
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

// run is the command of the same name.
func run(ctx context.Context, args []string) error {
	var s settings
	flags := flag.NewFlagSet("cluster run", flag.ExitOnError)
	flags.StringVar(&s.dir, "dir", "", "`folder` for everything that is written; it must be empty")
	flags.StringVar(&s.issuer, "issuer", "", "`URL` of the OIDC issuer of ServiceAccount tokens")
	flags.StringVar(&s.sts, "sts", "", "`URL` of AWS STS, for the operator")
	flags.StringVar(&s.secretsManager, "secretsmanager", "", "`URL` of AWS Secrets Manager, for the operator")
	flags.StringVar(&s.crds, "crds", "", "`file` with the operator's custom resource definitions")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return start(ctx, s)
}
