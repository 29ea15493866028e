package eks

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/mosaic-stories/mosaic-database/tests/live"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud/kube"
)

// writers are pods of the application that write without a pause, each row with a login of its own.
type writers struct {
	*stack
	failures string // file with what psql says
}

// write is the command of a writer.
const write = `while :; do psql -qX "$DB_LIBPQ_URL" -c "INSERT INTO memories (body) VALUES (current_user)" 2>>"$FAILURES"; sleep 0.1; done`

// pushWriters pushes an image whose command, where a container has none, is a writer.
func (s *stack) pushWriters(tag string) *writers {
	s.T.Helper()
	w := &writers{s, filepath.Join(s.T.TempDir(), "failures")}
	image := application(s.T)
	image.Env["FAILURES"], image.Cmd = w.failures, []string{"sh", "-c", write}
	s.push(tag, image)
	return w
}

// deployment is a Deployment of writers as an application has one, in a namespace with the Pod Security Standard restricted.
const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: core-api}
spec:
  replicas: 2
  selector: {matchLabels: {app: core-api}}
  template:
    metadata: {labels: {app: core-api}}
    spec:
      serviceAccountName: core-api
      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: api
          image: IMAGE
          envFrom: [{secretRef: {name: core-api-db-secret}}]
          volumeMounts: [{name: ca-bundle, mountPath: /etc/ssl/rds/ca-bundle.pem, subPath: ca-bundle.pem, readOnly: true}]
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      volumes: [{name: ca-bundle, configMap: {name: rds-ca}}]
`

// restart restarts the pods as just app-restart does, with the permissions of the pipeline.
func (w *writers) restart() {
	w.T.Helper()
	for _, verb := range []string{"restart", "status"} {
		out, err := w.kubectl(Deployer, "", "rollout", verb, "deployment/core-api")
		require.NoError(w.T, err, out)
	}
}

// refused is what psql has said since the last forget.
func (w *writers) refused() string {
	content, err := os.ReadFile(w.failures)
	if !os.IsNotExist(err) {
		require.NoError(w.T, err)
	}
	return string(content)
}

func (w *writers) forget() { require.NoError(w.T, os.WriteFile(w.failures, nil, 0o600)) }

// written waits until a login has written more rows than there are now.
func (w *writers) written(login string) {
	w.T.Helper()
	c := w.connect("DB_LIBPQ_URL")
	count := func() (n int) {
		require.NoError(w.T, c.QueryRow(w.T.Context(), "SELECT count(*) FROM memories WHERE body = $1", login).Scan(&n))
		return n
	}
	before := count()
	require.Eventually(w.T, func() bool { return count() > before+5 }, time.Minute, 50*time.Millisecond, "%s writes: %s", login, w.refused())
}

// bundle puts the ConfigMap with the certificates that clients trust.
func (s *stack) bundle(file string) {
	s.T.Helper()
	content, err := os.ReadFile(file)
	require.NoError(s.T, err)
	indented := strings.ReplaceAll(strings.TrimSpace(string(content)), "\n", "\n    ")
	s.mustKubectl(fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: rds-ca}\ndata:\n  ca-bundle.pem: |\n    %s\n", indented), "apply", "-f", "-")
}

// current waits until the pods' Secret has the password of the instance.
func (s *stack) current() {
	s.T.Helper()
	password := s.One(live.InstanceType).Properties.Text("password")
	require.Eventually(s.T, func() bool { return s.KubeSecret("DB_PASSWORD") == password }, time.Minute, 50*time.Millisecond, "the Secret is the old one")
}

// locked waits until the master user's password of before is refused.
func (s *stack) locked(w *writers) {
	s.T.Helper()
	require.Eventually(s.T, func() bool {
		return strings.Contains(w.refused(), `FATAL:  password authentication failed for user "mosaicadmin"`)
	}, time.Minute, 50*time.Millisecond)
}

// open restarts the pods, and expects that then all of them write.
func (s *stack) open(w *writers) {
	s.T.Helper()
	w.restart()
	require.Eventually(s.T, func() bool { // until the pods of before are gone
		return !slices.ContainsFunc(s.list(schema.GroupVersionKind{Version: "v1", Kind: "Pod"}), func(p kube.Object) bool { return p.GetDeletionTimestamp() != nil })
	}, time.Minute, 50*time.Millisecond)
	w.forget()
	w.written("mosaicadmin")
	require.Empty(s.T, w.refused())
}
