package recipes

import (
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"

	"github.com/mosaic-stories/mosaic-database/k8s/manifest"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/recorder"
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

	pod := podOf(t, b)
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

// The psql pod has what the cluster asks of the program's own pods.
func TestDatabaseShellFollowsThePods(t *testing.T) {
	need(t)
	t.Parallel()
	b := newBench(t, outputsOnly(t))
	for key, value := range map[string]string{
		"imagePullSecrets[0]": "registry", "nodeSelector.arch": "arm64", "labels.team": "memories", "annotations.owner": "memories", "priorityClassName": "database",
		"runAsUser": "20001", "tolerations[0].key": "dedicated", "tolerations[0].value": "database", "tolerations[0].effect": "NoExecute", "tolerations[0].tolerationSeconds": "60",
		"tolerations[1].operator": "Exists", "tolerations[1].tolerationSeconds": "0", // without end
	} {
		pulumiCLI(t, b, "config", "set", "--stack", "prod", "--path", "mosaic-database:pods."+key, value)
	}
	values, err := engine.StackConfig(b.project, "prod")
	require.NoError(t, err)
	template, err := json.Marshal(manifest.PodTemplate(recorder.Config(t, "prod", values).Pods, nil, manifest.Object{}))
	require.NoError(t, err)
	var want corev1.PodTemplateSpec
	require.NoError(t, json.Unmarshal(template, &want))

	b.expect(inPod(on(kube+"exec -i db-shell-TIME -- psql --no-psqlrc", ""))...)
	r := b.just("", "db-shell", "prod")
	require.Zero(t, r.code, r.stderr)
	pod := podOf(t, b)
	restricted(t, pod.Spec)
	assert.Equal(t, "memories", pod.Labels["team"])
	assert.Equal(t, "db-shell", pod.Labels["app.kubernetes.io/name"])
	assert.Equal(t, want.Annotations, pod.Annotations)
	for _, same := range [][2]any{
		{want.Spec.ImagePullSecrets, pod.Spec.ImagePullSecrets}, {want.Spec.NodeSelector, pod.Spec.NodeSelector},
		{want.Spec.PriorityClassName, pod.Spec.PriorityClassName}, {want.Spec.SecurityContext.RunAsUser, pod.Spec.SecurityContext.RunAsUser},
	} {
		assert.NotEmpty(t, same[0])
		assert.Equal(t, same[0], same[1])
	}
	require.Len(t, pod.Spec.Tolerations, 2)
	pod.Spec.Tolerations[0].Operator = corev1.TolerationOpEqual // Kubernetes' default
	assert.Equal(t, want.Spec.Tolerations, pod.Spec.Tolerations)
}

// podOf is the pod that a recipe made.
func podOf(t *testing.T, b *bench) (pod corev1.Pod) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(b.calls, "pod.json"))
	require.NoError(t, err)
	strict, err := kjson.UnmarshalStrict(content, &pod)
	require.NoError(t, err)
	require.Empty(t, strict)
	return pod
}
