package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/eks"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// keep brings a stack up in a cluster of its own, and keeps both until it is interrupted, or until who started it ends.
func (s *sandbox) keep(c invocation) error {
	if runtime.GOOS != "linux" {
		return errors.New("--cluster needs Linux, where every pod and every database has an address of its own on the loopback interface")
	}
	cfg, err := loaded(s.project, c.stack, c.overrides)
	if err != nil {
		return err
	}
	if cfg.Cluster.Name == "" {
		return errors.New("--cluster needs mosaic-database:cluster.name, the EKS cluster that it stands for")
	}
	if err := s.bring(c, needs(cfg)); err != nil {
		return err
	}
	link := s.clusterOf(c.stack)
	if err := forget(link); err != nil {
		return fmt.Errorf("stack %q: %w", c.stack, err)
	}
	s.say("starting Kubernetes with the External Secrets Operator …")
	k, err := openKeeper(c, cfg, link)
	if err != nil && c.ctx.Err() != nil {
		s.say("starting it was interrupted; nothing is left")
		return errReported
	}
	if err != nil {
		return err
	}
	outcome := s.up(c)
	if c.ctx.Err() == nil {
		s.explain(c, cfg)
		wait(c)
	}
	err = errors.Join(outcome, k.close())
	s.say("the cluster and the databases of %s have ended and are forgotten", c.stack)
	return err
}

// wait waits for an interrupt, or for the end of the process that started this one: who kills `go run` does not reach this process.
func wait(c invocation) {
	for parent := os.Getppid(); os.Getppid() == parent; {
		select {
		case <-c.ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// manual is what can be done in the cluster. Each line that begins with two spaces is a command.
const manual = `the cluster and the databases run until Ctrl-C here, and are forgotten then. In another terminal:

  export KUBECONFIG="%[1]s/kubeconfig-%[2]s"%[3]s
  kubectl -n %[4]s get externalsecrets,jobs,secrets
  kubectl -n %[4]s logs -l app.kubernetes.io/component=migration
  psql "$(kubectl -n %[4]s get secret %[5]s -o go-template='{{.data.DB_LIBPQ_URL | base64decode}}')" -c '\dt'
  tail -n 20 "%[1]s/external-secrets.log"

The last one shows the log of the operator. The other commands work in the cluster too:

  %[6]s up %[7]s -c migrations.attempt=2`

// explain says what can be done in the cluster.
func (s *sandbox) explain(c invocation, cfg *config.Config) {
	path := ""
	if folders := outside(tools.Kubectl, tools.Psql); len(folders) > 0 {
		path = fmt.Sprintf(` PATH="%s:$PATH"`, strings.Join(folders, ":"))
	}
	s.say(manual, filepath.Join(s.clusterOf(c.stack), clusterDir), eks.Admin, path, cfg.App.Namespace, cfg.App.SecretName, goRun, c.stack)
}

// outside is the folders of tools that are not on the PATH.
func outside(wanted ...tools.Tool) []string {
	var folders []string
	for _, tool := range wanted {
		if _, err := exec.LookPath(string(tool)); err == nil {
			continue
		}
		if program, found := tools.Path(tool); found && !slices.Contains(folders, filepath.Dir(program)) {
			folders = append(folders, filepath.Dir(program))
		}
	}
	return folders
}
