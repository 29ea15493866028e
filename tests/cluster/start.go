package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/mosaic-stories/mosaic-database/tests/cluster/node"
)

// start starts the cluster, says how it is reached, and runs it until the context or the standard input ends, or a part fails.
func start(ctx context.Context, s settings) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	parts := &processes{dir: s.dir, failed: cancel}
	defer parts.stop()
	defer func() { // before the parts are stopped, whose end is no cause
		// What failed first is the cause of the rest.
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		if errors.Is(err, context.Canceled) {
			err = nil
		}
	}()
	go func() { // from the beginning: who starts the cluster may end before it is ready
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel(nil)
	}()
	ports, err := freePorts(4)
	if err != nil {
		return err
	}
	access, err := s.makeCredentials(ports[2])
	if err != nil {
		return err
	}
	if err := parts.start(s.etcd(ports[0], ports[1])); err != nil {
		return err
	}
	if err := parts.start(s.apiServer(ports[0], ports[2])); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", s.kubeconfig(admin))
	if err != nil {
		return err
	}
	config.QPS, config.Burst = 500, 1000
	if err := furnish(ctx, config, s.crds); err != nil {
		return err
	}
	for _, c := range []component{s.controllerManager(), s.scheduler(), s.operator(ports[3])} {
		if err := parts.start(c); err != nil {
			return err
		}
	}
	n, err := node.Start(ctx, config, s.dir)
	if err != nil {
		return err
	}
	defer n.Stop()
	if err := answers(ctx, local("http", ports[3])+"/healthz"); err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(access); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// processes are the parts of the cluster that run.
type processes struct {
	dir    string
	failed func(error)
	all    []*process
}

type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

// start starts a part. Its log is in a file of its name.
func (p *processes) start(c component) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := os.Create(fmt.Sprintf("%s/%s.log", p.dir, c.name))
	if err != nil {
		return err
	}
	cmd := exec.Command(self, append([]string{c.name}, c.args...)...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.dir, c.environ(p.dir), log, log
	cmd.SysProcAttr = dieWithParent()
	if err := cmd.Start(); err != nil {
		return err
	}
	started := &process{cmd: cmd, ended: make(chan struct{})}
	p.all = append(p.all, started)
	go func() {
		err := cmd.Wait()
		close(started.ended)
		p.failed(fmt.Errorf("%s ended: %v; its log is %s", c.name, err, log.Name()))
		_ = log.Close()
	}()
	return nil
}

// stop ends the parts, the last one first, so that none waits for one that is gone.
func (p *processes) stop() {
	for i := len(p.all) - 1; i >= 0; i-- {
		_ = p.all[i].cmd.Process.Signal(syscall.SIGKILL) // nothing that they would save is kept
		<-p.all[i].ended
	}
}

// freePorts are ports of the loopback interface that are free. They are below the range of ephemeral ports, so that no other process gets
// one before its part listens.
func freePorts(count int) ([]int, error) {
	var ports []int
	for range 100 {
		port := 20000 + rand.IntN(10000)
		listener, err := net.Listen("tcp", net.JoinHostPort(loopback, strconv.Itoa(port)))
		if err != nil {
			continue
		}
		defer listener.Close() // only at the end, so that no port is found twice
		if ports = append(ports, port); len(ports) == count {
			return ports, nil
		}
	}
	return nil, errors.New("no ports are free")
}

// answers waits until a URL answers.
func answers(ctx context.Context, url string) error {
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
			return nil
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// pause waits for a moment. The error is why the cluster ends.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(50 * time.Millisecond):
		return nil
	}
}
