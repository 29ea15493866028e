package node

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"
)

// command is what a container does, or why there is none yet: a reason in the kubelet's words, and a message.
func (p *pod) command(c corev1.Container) (run execution, reason string, err error) {
	image, err := p.node.pull(c.Image)
	if err != nil {
		return nil, "ErrImagePull", err
	}
	variables, err := p.environment(p.ctx, image, c)
	if err != nil {
		return nil, "CreateContainerConfigError", err
	}
	if err := p.place(image, c); err != nil {
		return nil, "CreateContainerError", err
	}
	command, args := c.Command, c.Args
	if len(command) == 0 {
		command = image.Entrypoint
		if len(args) == 0 {
			args = image.Cmd
		}
	}
	replacer, lookup := p.replacer(image, c), expansion.MappingFuncFor(variables)
	var words []string
	for _, word := range append(append([]string{}, command...), args...) {
		words = append(words, replacer.Replace(expansion.Expand(word, lookup)))
	}
	if image.URL != "" {
		return asked{url: image.URL, Image: c.Image, Command: words, Environment: variables}, "", nil
	}
	if len(words) == 0 {
		return nil, "CreateContainerError", errors.New("no command specified")
	}
	return p.exec(image, words, variables, replacer)
}

// exec is a command with the environment of a container.
func (p *pod) exec(image Image, words []string, variables map[string]string, replacer *strings.Replacer) (execution, string, error) {
	program, err := find(words[0], image.Path)
	if err != nil {
		return nil, "RunContainerError", fmt.Errorf("exec: %q: executable file not found in $PATH", words[0])
	}
	cmd := exec.Command(program, words[1:]...)
	cmd.Args[0], cmd.Dir = words[0], image.WorkingDir
	if cmd.Dir == "" {
		cmd.Dir = p.dir
	}
	for name, value := range variables {
		cmd.Env = append(cmd.Env, name+"="+replacer.Replace(value))
	}
	cmd.Env = append(cmd.Env, "PATH="+strings.Join(image.Path, string(os.PathListSeparator))) // of this machine
	cmd.SysProcAttr = ownGroup()
	return process{cmd, replacer}, "", nil
}

// find looks for a program in folders.
func find(program string, folders []string) (string, error) {
	if filepath.IsAbs(program) {
		return exec.LookPath(program)
	}
	for _, folder := range folders {
		if path, err := exec.LookPath(filepath.Join(folder, program)); err == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}
