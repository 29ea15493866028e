package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Image is what stands for a container image on this machine. images.json has them by name, with or without a tag; an image that is not
// there cannot be pulled. The one named * is every image that has no other.
type Image struct {
	Path       []string          `json:"path"`       // folders of its programs, its PATH
	WorkingDir string            `json:"workingDir"` // "": the container's own folder
	Env        map[string]string `json:"env"`
	Entrypoint []string          `json:"entrypoint"` // where the container has no command
	Cmd        []string          `json:"cmd"`        // where the container has no arguments
	// Replace is text that is replaced in commands, variables and mounted files, for what a process of this machine has to do otherwise
	// than in a container. $(POD_IP) in it is the pod's address.
	Replace map[string]string `json:"replace"`
	// URL is asked how a container ends, see [asked]; "": its command is run.
	URL string `json:"url"`
}

// pull reads an image.
func (n *Node) pull(name string) (Image, error) {
	missing := fmt.Errorf("Failed to pull image %q: failed to resolve reference: not found", name) //nolint:staticcheck // as containerd says it
	content, err := os.ReadFile(n.images)
	if errors.Is(err, fs.ErrNotExist) {
		return Image{}, missing
	}
	if err != nil {
		return Image{}, err
	}
	var images map[string]Image
	if err := json.Unmarshal(content, &images); err != nil {
		return Image{}, fmt.Errorf("%s: %w", n.images, err)
	}
	repository, _, _ := strings.Cut(name, "@")
	if i := strings.LastIndex(repository, ":"); i > strings.LastIndex(repository, "/") {
		repository = repository[:i]
	}
	for _, key := range []string{name, repository, "*"} {
		if image, ok := images[key]; ok {
			return image, nil
		}
	}
	return Image{}, missing
}
