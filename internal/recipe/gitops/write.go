// Package gitops writes the values of an application's chart into a file of the GitOps repository: a file of this program's own, or
// one that it shares with people, in which it changes only lines that it wrote, or that have another value.
package gitops

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"gopkg.in/yaml.v3"
)

// Target is where the values go.
type Target struct {
	File  string
	Key   string // dot path in a file that is shared, . for its top; "": the file is this program's alone
	Stack string // whose values they are
	Of    string // where the stack file has gitops and helmValues: additionalApps.<name>. with the dot; "": at the top, and in app
}

const header = "# Written by just gitops-deploy "

// Write writes values, which are JSON, into the file.
func (t Target) Write(values io.Reader) error {
	content, err := io.ReadAll(values)
	if err != nil {
		return fmt.Errorf("reading the values: %w", err)
	}
	info, err := os.Lstat(t.File)
	switch {
	case errors.Is(err, fs.ErrNotExist) && t.Key != "":
		return fmt.Errorf("%s does not exist, and the values belong under %s in it: create it, or correct %sgitops.path", t.File, t.Key, t.Of)
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file (a link, for example): name the file itself in %sgitops.path", t.File, t.Of)
	}
	before, err := os.ReadFile(t.File)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	after, err := t.put(string(before), content)
	if err != nil {
		return fmt.Errorf("%s: %w; nothing in it was changed", t.File, err)
	}
	return os.WriteFile(t.File, []byte(after), 0o644) //nolint:gosec // a file of a repository, which others read
}

// put puts the values into a text.
func (t Target) put(text string, values []byte) (string, error) {
	if t.Key != "" {
		return merge(text, t.Key, values)
	}
	var there any
	unreadable := yaml.Unmarshal([]byte(text), &there)
	content, isMap := there.(map[string]any)
	if isEmpty := there == nil || isMap && len(content) == 0; unreadable != nil || !isEmpty && !strings.HasPrefix(text, header) {
		return "", fmt.Errorf("somebody else wrote this file: set %sgitops.key to share it, or %[1]sgitops.path to another file", t.Of)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, bytes.TrimSpace(values), "", "  "); err != nil {
		return "", fmt.Errorf("the values are not JSON: %w", err)
	}
	return header + t.Stack + " of mosaic-database; edits are lost.\n" + indented.String() + "\n", nil
}
