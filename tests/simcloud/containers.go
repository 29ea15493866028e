package simcloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

// Containers is a server that says how the containers of a real cluster's pods end, as this cloud has it for those of a simulated one:
// by its simulated databases and by JobResult.
func (c *Cloud) Containers() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Image       string
			Command     []string
			Environment map[string]string
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		run := Operation{Op: "run", Type: jobType, Name: asked.Environment["HOSTNAME"], Text: strings.Join(asked.Command, " ") + " in " + asked.Image}
		if !slices.Contains(c.log, run) { // it asks again while it runs
			c.log = append(c.log, run)
		}
		container := corev1.Container{Image: asked.Image, Command: asked.Command}
		err := (&cluster{cloud: c}).run(&batchv1.Job{}, container, asked.Environment)
		switch {
		case errors.Is(err, ErrRunning):
			w.WriteHeader(http.StatusAccepted)
		case err != nil:
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = fmt.Fprint(w, err)
		}
	})
}
