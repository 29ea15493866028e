package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	corev1 "k8s.io/api/core/v1"
)

// asked is a container of which a server says how it ends, instead of a process.
type asked struct {
	url string

	Image       string            `json:"image"`
	Command     []string          `json:"command"`
	Environment map[string]string `json:"environment"`
}

// run asks until the server does not say any more that the container runs, with the status 202. What it says otherwise is the log; any
// status but 200 means that the container failed. A container that is restarted always runs until its pod ends.
func (r asked) run(p *pod, c corev1.Container, status *corev1.ContainerStatus, log *os.File) int {
	p.runs(status, func(s *corev1.ContainerStatus) { s.Ready = true })
	if p.live.Spec.RestartPolicy == corev1.RestartPolicyAlways && !p.initializes(c) {
		<-p.ctx.Done()
		return 0
	}
	question, err := json.Marshal(r)
	if err != nil {
		return 128
	}
	for {
		response, err := r.ask(p.ctx, question)
		if err != nil {
			fmt.Fprintln(log, err)
			return 128
		}
		said, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		switch {
		case response.StatusCode == http.StatusAccepted && p.pause(again):
			continue
		case response.StatusCode == http.StatusAccepted:
			return 143
		}
		_, _ = log.Write(said)
		if response.StatusCode != http.StatusOK {
			return 1
		}
		return 0
	}
}

func (r asked) ask(ctx context.Context, question []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, bytes.NewReader(question))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	return http.DefaultClient.Do(request)
}
