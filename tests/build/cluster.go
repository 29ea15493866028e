package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/rogpeppe/go-internal/lockedfile"
	"golang.org/x/mod/modfile"
)

const (
	operatorModule   = "github.com/external-secrets/external-secrets"
	kubernetesModule = "k8s.io/kubernetes"
	// Definitions is the file beside the cluster's program with the operator's custom resource definitions.
	Definitions = "definitions.yaml"
	keyFile     = "key"
)

// ClusterIn is the folder of the cluster's program, in the repository.
func ClusterIn(root string) string { return filepath.Join(root, "bin", "cluster") }

// ClusterIsCurrent tells whether a program of the cluster was built from what the repository has.
func ClusterIsCurrent(program string) bool {
	folder := filepath.Dir(program)
	built, err := os.ReadFile(filepath.Join(folder, keyFile))
	if err != nil {
		return false
	}
	now, err := key(filepath.Join(folder, "..", "..", "tests", "cluster"))
	return err == nil && string(built) == now
}

// key changes with the sources of the cluster, with how this package builds it, and with Go.
func key(module string) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, runtime.Version())
	sources := os.DirFS(filepath.Dir(module))
	for _, folder := range []string{filepath.Base(module), "build"} {
		err := fs.WalkDir(sources, folder, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(file, "_test.go") {
				return err
			}
			content, err := fs.ReadFile(sources, file)
			if err != nil {
				return err
			}
			fmt.Fprintln(sum, file, len(content))
			_, err = sum.Write(content)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Cluster compiles the cluster of tests/cluster into bin/, unless it is there. It is safe for several processes at once.
func Cluster(ctx context.Context, root string, progress io.Writer) error {
	into := ClusterIn(root)
	if err := os.MkdirAll(filepath.Dir(into), 0o755); err != nil {
		return err
	}
	unlock, err := lockedfile.MutexAt(into + ".lock").Lock()
	if err != nil {
		return err
	}
	defer unlock()
	if ClusterIsCurrent(filepath.Join(into, "cluster")) {
		return nil
	}
	temp, err := os.MkdirTemp(filepath.Dir(into), "build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if err := compileCluster(ctx, filepath.Join(root, "tests", "cluster"), temp, progress); err != nil {
		return err
	}
	return Replace(temp, into)
}

func compileCluster(ctx context.Context, module, into string, progress io.Writer) error {
	now, err := key(module)
	if err != nil {
		return err
	}
	source, err := os.MkdirTemp("", "operator-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(source)
	definitions, err := trimOperator(ctx, module, source)
	if err != nil {
		return fmt.Errorf("the source of the External Secrets Operator: %w", err)
	}
	version, err := withOperator(module, source)
	if err != nil {
		return err
	}
	major, minor, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	minor, _, _ = strings.Cut(minor, ".")
	const variable = "k8s.io/component-base/version.git"
	err = Go{
		Name: "a Kubernetes cluster " + version + " with the External Secrets Operator", Module: module, Package: ".",
		// Clients cannot parse the version of a server that was built without it.
		Linked:  []string{variable + "Version=" + version, variable + "Major=" + major, variable + "Minor=" + minor},
		Modfile: filepath.Join(source, "cluster.mod"),
		Output:  filepath.Join(into, "cluster"),
	}.Build(ctx, progress)
	return errors.Join(err, os.WriteFile(filepath.Join(into, Definitions), definitions, 0o644), os.WriteFile(filepath.Join(into, keyFile), []byte(now), 0o644))
}

// trimOperator copies the operator's source, and registers no provider but that of AWS, and no generator: the others would take most of
// the time to compile. It returns the operator's custom resource definitions.
func trimOperator(ctx context.Context, module, into string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", operatorModule)
	cmd.Dir = module
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", cmd, err, out)
	}
	var downloaded struct{ Dir string }
	if err := json.Unmarshal(out, &downloaded); err != nil {
		return nil, err
	}
	for _, folder := range []string{"apis", "pkg", "cmd/controller"} {
		if err := os.CopyFS(filepath.Join(into, folder), os.DirFS(filepath.Join(downloaded.Dir, folder))); err != nil {
			return nil, err
		}
	}
	required, err := os.ReadFile(filepath.Join(downloaded.Dir, "go.mod"))
	if err != nil {
		return nil, err
	}
	for name, content := range map[string]string{
		"go.mod":                             string(required),
		"pkg/provider/register/register.go":  "package register\n\nimport _ \"" + operatorModule + "/pkg/provider/aws\"\n",
		"pkg/generator/register/register.go": "package register\n",
	} {
		file := filepath.Join(into, name)
		// The module cache has its files, and so the copies, without the permission to write.
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			return nil, err
		}
	}
	return os.ReadFile(filepath.Join(downloaded.Dir, "deploy", "crds", "bundle.yaml"))
}

// withOperator writes cluster.mod into the source of the operator: go.mod of the cluster with this source. It returns the version of
// Kubernetes.
func withOperator(module, source string) (string, error) {
	content, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		return "", err
	}
	sums, err := os.ReadFile(filepath.Join(module, "go.sum"))
	if err != nil {
		return "", err
	}
	file, err := modfile.Parse("go.mod", content, nil)
	if err != nil {
		return "", err
	}
	if err := file.AddReplace(operatorModule, "", source, ""); err != nil {
		return "", err
	}
	replaced, err := file.Format()
	if err != nil {
		return "", err
	}
	version := ""
	for _, r := range file.Require {
		if r.Mod.Path == kubernetesModule {
			version = r.Mod.Version
		}
	}
	return version, errors.Join(
		os.WriteFile(filepath.Join(source, "cluster.mod"), replaced, 0o644), os.WriteFile(filepath.Join(source, "cluster.sum"), sums, 0o644))
}
