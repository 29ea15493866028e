package eks

import (
	"os"
	"os/exec"
	"path/filepath"

	"github.com/mosaic-stories/mosaic-database/tests/repository"
)

// Programs is an image with programs of this machine, and with what every image has: a shell and cat.
func Programs(programs ...string) (Image, error) {
	var image Image
	for _, program := range append(programs, "sh", "cat") {
		path, err := exec.LookPath(program)
		if err != nil {
			return Image{}, err
		}
		image.Path = append(image.Path, filepath.Dir(path))
	}
	return image, nil
}

// Application is the image of an application with its migrations, which need Alembic and perhaps psql.
func Application(programs ...string) (Image, error) {
	root, err := repository.Root()
	if err != nil {
		return Image{}, err
	}
	image, err := Programs(programs...)
	image.WorkingDir, image.Env = filepath.Join(root, "tests", "eks", "application"), map[string]string{"PYTHONDONTWRITEBYTECODE": "1"}
	return image, err
}

// Pooler is an image with PgBouncer. A process of this machine listens on the address of its pod alone; PgBouncer refuses to be root.
func Pooler(program string) (Image, error) {
	listen := "listen_addr = $(POD_IP)"
	if os.Getuid() == 0 {
		listen += "\nuser = nobody"
	}
	image, err := Programs(program)
	image.Replace = map[string]string{"listen_addr = *": listen}
	return image, err
}
