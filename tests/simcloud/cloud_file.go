package simcloud

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

type file struct {
	About   string
	Account string
	Region  string
	Objects []*Object
}

// Open loads the cloud from a file. If the file does not exist, the cloud is new, and the first change creates the file. The file
// contains passwords of the simulated cloud. "" keeps the cloud in memory.
func Open(path string) (*Cloud, error) {
	c := &Cloud{path: path, objects: map[key]*Object{}}
	content, err := os.ReadFile(path)
	if path == "" || errors.Is(err, fs.ErrNotExist) {
		c.furnish()
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("simulated cloud: %w", err)
	}
	var f file
	if err := json.Unmarshal(content, &f); err != nil {
		return nil, fmt.Errorf("simulated cloud: %s: %w", path, err)
	}
	c.account, c.region = f.Account, f.Region
	for _, o := range f.Objects {
		c.objects[key{o.Kind, o.Cluster, o.ID}] = o
	}
	return c, nil
}

// save replaces the file atomically, so that a run that is killed leaves a complete file.
func (c *Cloud) save() error {
	if c.path == "" {
		return nil
	}
	f := file{About: "a simulated cloud; nothing in it is real", Account: c.account, Region: c.region}
	for _, o := range c.objects {
		f.Objects = append(f.Objects, o)
	}
	slices.SortFunc(f.Objects, byIdentity)
	content, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return fmt.Errorf("simulated cloud: %w", err)
	}
	temporary, err := os.CreateTemp(filepath.Dir(c.path), filepath.Base(c.path)+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("simulated cloud: %w", err)
	}
	_, err = temporary.Write(content)
	err = errors.Join(err, temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), c.path)
	}
	if err != nil {
		return fmt.Errorf("simulated cloud: %w", errors.Join(err, os.Remove(temporary.Name())))
	}
	return nil
}
