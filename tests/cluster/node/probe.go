package node

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// probe asks again and again whether a container is ready.
func (p *pod) probe(ctx context.Context, c corev1.Container, cmd *exec.Cmd, status *corev1.ContainerStatus) {
	probe := c.ReadinessProbe
	period := time.Duration(max(probe.PeriodSeconds, 1)) * time.Second
	for wait := time.Duration(probe.InitialDelaySeconds) * time.Second; ; wait = period {
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(wait, again)):
		}
		ready := p.passes(ctx, probe, c, cmd) == nil
		if ctx.Err() != nil {
			return
		}
		if !ready {
			wait = again
		}
		if ready != status.Ready {
			p.change(status, func(s *corev1.ContainerStatus) { s.Ready = ready })
		}
	}
}

// passes tries a probe once.
func (p *pod) passes(ctx context.Context, probe *corev1.Probe, c corev1.Container, cmd *exec.Cmd) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(max(probe.TimeoutSeconds, 1))*time.Second)
	defer cancel()
	switch {
	case probe.TCPSocket != nil:
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(p.ip, p.port(c, probe.TCPSocket.Port.String())))
		if err != nil {
			return err
		}
		return connection.Close()
	case probe.Exec != nil:
		image, err := p.node.pull(c.Image)
		if err != nil {
			return err
		}
		program, err := find(probe.Exec.Command[0], image.Path)
		if err != nil {
			return err
		}
		try := exec.CommandContext(ctx, program, probe.Exec.Command[1:]...)
		try.Dir, try.Env = cmd.Dir, cmd.Env
		return try.Run()
	case probe.HTTPGet != nil:
		url := "http://" + net.JoinHostPort(p.ip, p.port(c, probe.HTTPGet.Port.String())) + probe.HTTPGet.Path
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		_ = response.Body.Close()
		if response.StatusCode >= http.StatusBadRequest {
			return fmt.Errorf("%s", response.Status)
		}
		return nil
	}
	return fmt.Errorf("this node knows probes with exec, httpGet and tcpSocket only")
}

// port is the number of a port that may be given by its name.
func (*pod) port(c corev1.Container, port string) string {
	for _, known := range c.Ports {
		if known.Name == port {
			return fmt.Sprint(known.ContainerPort)
		}
	}
	return port
}
