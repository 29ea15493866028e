package node

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// probe asks again and again whether a container is ready. One that was ready is not any more after as many failures as the probe says.
func (r process) probe(ctx context.Context, p *pod, c corev1.Container, status *corev1.ContainerStatus) {
	probe, failures := c.ReadinessProbe, int32(0)
	period := time.Duration(max(probe.PeriodSeconds, 1)) * time.Second
	for wait := time.Duration(probe.InitialDelaySeconds) * time.Second; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(max(wait, again)):
		}
		wait, failures = period, failures+1
		if r.passes(ctx, p, c) == nil {
			failures = 0
		}
		p.change(status, func(s *corev1.ContainerStatus) {
			switch {
			case s.State.Running == nil: // it has exited meanwhile
			case failures == 0:
				s.Ready = true
			case failures >= probe.FailureThreshold:
				s.Ready = false
			}
			if !s.Ready {
				wait = again // a kubelet waits for its period
			}
		})
	}
}

// passes tries a probe once.
func (r process) passes(ctx context.Context, p *pod, c corev1.Container) error {
	probe := c.ReadinessProbe
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
		try, err := r.within(ctx, p, c, probe.Exec.Command)
		if err != nil {
			return err
		}
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
