package bring

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// unpack unpacks the archives in npm packages that have a missing tool, beside the archive: npm removes both together.
func (i *installer) unpack() error {
	unpacked := map[string]bool{}
	for _, s := range i.missing {
		if s.Npm == "" || s.Archive == "" || unpacked[s.Archive] {
			continue
		}
		unpacked[s.Archive] = true
		archive := filepath.Join(i.root, s.Archive)
		fmt.Fprintf(i.progress, "  unpacking %s\n", s.Archive)
		if err := unzip(archive, filepath.Dir(archive)); err != nil {
			return fmt.Errorf("unpacking %s: %w", archive, err)
		}
	}
	return nil
}

// unzip unpacks a zip archive into a folder.
func unzip(archive, folder string) error {
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer func() { _ = reader.Close() }() // it was only read
	for _, file := range reader.File {
		if !filepath.IsLocal(file.Name) {
			return fmt.Errorf("%s would be outside of %s", file.Name, folder)
		}
		if file.FileInfo().IsDir() {
			continue
		}
		if err := extract(file, filepath.Join(folder, file.Name)); err != nil { //nolint:gosec // the name is local, see above
			return err
		}
	}
	return nil
}

// extract writes a file of an archive. One that is half written never has the name of the whole.
func extract(file *zip.File, to string) error {
	content, err := file.Open()
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // it was only read
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	part, err := os.OpenFile(to+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(part, content) //nolint:gosec // an archive of a package that this repository names by its version
	return errors.Join(err, part.Close(), os.Rename(to+".part", to))
}
