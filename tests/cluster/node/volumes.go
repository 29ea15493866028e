package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// volume makes the folder of a volume. The error is why the kubelet cannot mount it yet.
func (p *pod) volume(ctx context.Context, v corev1.Volume) error {
	folder := p.folder(v.Name)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	if v.EmptyDir != nil {
		return os.Chmod(folder, 0o777) // whatever the umask is
	}
	sources := []corev1.VolumeProjection{{}}
	switch {
	case v.Secret != nil:
		sources[0].Secret = &corev1.SecretProjection{
			LocalObjectReference: corev1.LocalObjectReference{Name: v.Secret.SecretName}, Items: v.Secret.Items, Optional: v.Secret.Optional,
		}
	case v.ConfigMap != nil:
		sources[0].ConfigMap = &corev1.ConfigMapProjection{LocalObjectReference: v.ConfigMap.LocalObjectReference, Items: v.ConfigMap.Items, Optional: v.ConfigMap.Optional}
	case v.Projected != nil:
		sources = v.Projected.Sources
	default:
		return fmt.Errorf("this node knows volumes of the types emptyDir, secret, configMap and projected only, not that of %q", v.Name)
	}
	for _, source := range sources {
		files, err := p.project(ctx, source)
		if err == nil {
			err = p.node.write(folder, files)
		}
		if err != nil {
			return fmt.Errorf("MountVolume.SetUp failed for volume %q : %w", v.Name, err)
		}
	}
	return nil
}

// project is the files of a source, by their paths.
func (p *pod) project(ctx context.Context, source corev1.VolumeProjection) (map[string]string, error) {
	switch {
	case source.Secret != nil:
		data, err := p.secret(ctx, source.Secret.Name, source.Secret.Optional)
		return chosen(data, source.Secret.Items, err, "references non-existent secret key")
	case source.ConfigMap != nil:
		data, err := p.configMap(ctx, source.ConfigMap.Name, source.ConfigMap.Optional)
		return chosen(data, source.ConfigMap.Items, err, "configmap references non-existent config key")
	case source.ServiceAccountToken != nil:
		token, err := p.token(ctx, *source.ServiceAccountToken)
		return map[string]string{source.ServiceAccountToken.Path: token}, err
	case source.DownwardAPI != nil:
		files := map[string]string{}
		for _, item := range source.DownwardAPI.Items {
			value, err := p.field(item.FieldRef.FieldPath)
			if err != nil {
				return nil, err
			}
			files[item.Path] = value
		}
		return files, nil
	}
	return nil, errors.New("this node does not know the source of the volume")
}

// chosen is the items of data that was read, or not; no items: all. The words are the kubelet's for an item that is not there.
func chosen(data map[string]string, items []corev1.KeyToPath, err error, missing string) (map[string]string, error) {
	if err != nil || len(items) == 0 {
		return data, err
	}
	files := map[string]string{}
	for _, item := range items {
		content, found := data[item.Key]
		if !found {
			return nil, fmt.Errorf("%s: %s", missing, item.Key)
		}
		files[item.Path] = content
	}
	return files, nil
}

// token is a new token of the pod's ServiceAccount.
func (p *pod) token(ctx context.Context, wanted corev1.ServiceAccountTokenProjection) (string, error) {
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: wanted.ExpirationSeconds}}
	if wanted.Audience != "" {
		request.Spec.Audiences = []string{wanted.Audience}
	}
	made, err := p.node.client.CoreV1().ServiceAccounts(p.live.Namespace).CreateToken(ctx, p.live.Spec.ServiceAccountName, request, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	return made.Status.Token, nil
}

// write writes the files of a volume, which can hold passwords. Containers read them, those too that do not stay root.
func (n *Node) write(folder string, files map[string]string) error {
	for path, content := range files {
		file := filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return err
		}
		if err := os.Chown(file, n.unprivileged, -1); err != nil {
			return err
		}
	}
	return os.MkdirAll(folder, 0o755) // of no files, too
}

// folder is that of a volume.
func (p *pod) folder(volume string) string { return filepath.Join(p.dir, "volumes", volume) }

// replacer replaces what a container has otherwise than a process of this machine.
func (p *pod) replacer(image Image, c corev1.Container) *strings.Replacer {
	var pairs []string
	for from, to := range image.Replace {
		pairs = append(pairs, from, strings.ReplaceAll(to, "$(POD_IP)", p.ip))
	}
	mounts := slices.Clone(c.VolumeMounts)
	slices.SortFunc(mounts, func(a, b corev1.VolumeMount) int { return len(b.MountPath) - len(a.MountPath) }) // /etc/a-b before /etc/a
	for _, m := range mounts {
		from := p.copyFor(c, m.Name)
		if m.SubPath != "" {
			from = filepath.Join(from, m.SubPath)
		}
		pairs = append(pairs, m.MountPath, from)
	}
	return strings.NewReplacer(pairs...)
}

// copyFor is the folder that a container sees of a volume: the volume itself if it may be written, otherwise a copy.
func (p *pod) copyFor(c corev1.Container, volume string) string {
	for _, v := range p.live.Spec.Volumes {
		if v.Name == volume && v.EmptyDir == nil {
			return filepath.Join(p.dir, "copies", c.Name, volume)
		}
	}
	return p.folder(volume)
}

// place gives a container its own copy of the files that are mounted from Secrets and ConfigMaps, with what is replaced in them.
func (p *pod) place(image Image, c corev1.Container) error {
	replacer := p.replacer(image, c)
	for _, m := range c.VolumeMounts {
		from, to := p.folder(m.Name), p.copyFor(c, m.Name)
		if from == to {
			continue
		}
		files := map[string]string{}
		err := filepath.WalkDir(from, func(file string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := os.ReadFile(file)
			files[strings.TrimPrefix(file, from)] = replacer.Replace(string(content))
			return err
		})
		if err == nil {
			err = p.node.write(to, files)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
