package eks

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
)

// Image is what stands for a container image on this machine: the program's own type is in tests/cluster/node.
type Image struct {
	Path       []string          `json:"path"`                 // folders of its programs, its PATH
	WorkingDir string            `json:"workingDir,omitempty"` // "": an empty one
	Env        map[string]string `json:"env,omitempty"`
	Entrypoint []string          `json:"entrypoint,omitempty"` // where the container has no command
	Cmd        []string          `json:"cmd,omitempty"`        // where the container has no arguments
	// Replace is text that is replaced in commands, variables and mounted files; $(POD_IP) in the new text is the address of the pod.
	Replace map[string]string `json:"replace,omitempty"`
	// URL is that of a server that says how a container ends, such as [simcloud.Cloud.Containers]; "": its command is run.
	URL string `json:"url,omitempty"`
}

// Push makes an image one that can be pulled, by a name with or without a tag; * is every image that has no other.
func (c *Cluster) Push(name string, image Image) error {
	c.images.Lock()
	defer c.images.Unlock()
	file := c.file("images.json")
	images := map[string]Image{}
	content, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(content, &images)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	images[name] = image
	if content, err = json.Marshal(images); err != nil {
		return err
	}
	// In one step, because the node may be reading it.
	if err := os.WriteFile(file+".new", content, 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// Address is where the processes of a pod listen. In the API, its address begins with 10, because Kubernetes takes no loopback address for a
// Service.
func Address(pod string) string { return "127" + strings.TrimPrefix(pod, "10") }
