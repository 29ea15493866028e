package recipes

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"
)

// The pod of a session is deleted even if the session is interrupted, and has passwords only by reference to a Secret.
func TestDatabaseShellIsInterrupted(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	b.expect(inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc", "").do(`: >"$CALLS/open"; exec sleep 60`))...)
	cmd := b.command("db-shell", "prod")
	r := b.finish(cmd, func() error {
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool {
			_, err := os.Stat(filepath.Join(b.calls, "open"))
			return err == nil
		}, 20*time.Second, 20*time.Millisecond, "the session did not open")
		require.NoError(t, syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)) // the whole group, as a terminal does it
		return cmd.Wait()
	})
	assert.NotZero(t, r.code)
	assert.FileExists(t, filepath.Join(b.calls, "deleted"))

	content, err := os.ReadFile(filepath.Join(b.calls, "pod.json"))
	require.NoError(t, err)
	var pod corev1.Pod
	strict, err := kjson.UnmarshalStrict(content, &pod)
	require.NoError(t, err)
	require.Empty(t, strict)
	restricted(t, pod.Spec)
	for _, env := range pod.Spec.Containers[0].Env {
		if env.Name == "PGPASSWORD" {
			assert.Empty(t, env.Value)
			assert.Equal(t, "core-api-db-secret", env.ValueFrom.SecretKeyRef.Name)
			assert.Equal(t, "DB_PASSWORD", env.ValueFrom.SecretKeyRef.Key)
			return
		}
	}
	t.Error("the pod has no PGPASSWORD")
}

// restricted checks what the Pod Security Standard "restricted" requires.
func restricted(t *testing.T, spec corev1.PodSpec) {
	t.Helper()
	assert.True(t, *spec.SecurityContext.RunAsNonRoot)
	assert.NotZero(t, *spec.SecurityContext.RunAsUser)
	assert.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, spec.SecurityContext.SeccompProfile.Type)
	for _, volume := range spec.Volumes {
		assert.NotNil(t, volume.EmptyDir, "%s: of the kinds that are allowed, the one that a shell needs", volume.Name)
	}
	assert.False(t, spec.HostNetwork || spec.HostPID || spec.HostIPC)
	for _, container := range spec.Containers {
		assert.False(t, *container.SecurityContext.AllowPrivilegeEscalation)
		assert.Equal(t, []corev1.Capability{"ALL"}, container.SecurityContext.Capabilities.Drop)
		assert.Empty(t, container.SecurityContext.Capabilities.Add)
	}
}
