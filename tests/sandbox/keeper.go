package main

import (
	"errors"
	"io/fs"
	"net"
	"net/rpc"
	"net/rpc/jsonrpc"
	"os"
	"path/filepath"

	"github.com/mosaic-stories/mosaic-database/internal/config"
	"github.com/mosaic-stories/mosaic-database/tests/eks"
	"github.com/mosaic-stories/mosaic-database/tests/engine"
	"github.com/mosaic-stories/mosaic-database/tests/rds"
	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
	"github.com/mosaic-stories/mosaic-database/tests/tools"
)

// The content of the folder of a cluster, beside that of the environment.
const (
	socketFile = "socket"     // on which the keeper is asked
	clusterDir = "kubernetes" // of tests/eks
	serversDir = "postgresql" // of tests/rds
)

// keeper has a cluster and the database servers of a stack. Every command that works on the stack asks it by its socket, also one of the
// same process.
type keeper struct {
	link     string // the folder of the stack, which leads to dir
	dir      string // short enough for a socket, and open to the user of the servers
	listener net.Listener
	region   *rds.Region
	cluster  *eks.Cluster
}

// openKeeper starts a cluster and what goes with it, in a folder that does not exist. If it fails, nothing is left.
func openKeeper(c invocation, cfg *config.Config, link string) (k *keeper, err error) {
	k = &keeper{link: link}
	defer func() {
		if err != nil {
			err = errors.Join(err, k.close())
		}
	}()
	if k.dir, err = os.MkdirTemp("/tmp", "sandbox-"); err != nil {
		return nil, err
	}
	// From here on, whoever asks waits.
	if k.listener, err = net.Listen("unix", filepath.Join(k.dir, socketFile)); err != nil {
		return nil, err
	}
	if err := errors.Join(os.Chmod(k.dir, 0o711), os.MkdirAll(filepath.Dir(link), 0o700), os.Symlink(k.dir, link)); err != nil {
		return nil, err
	}
	return k, k.start(c, cfg)
}

func (k *keeper) start(c invocation, cfg *config.Config) error {
	server, _ := tools.Path(tools.Postgres)
	program, _ := tools.Path(tools.Cluster)
	var err error
	if k.region, err = rds.Open(filepath.Join(k.dir, serversDir), server); err != nil {
		return err
	}
	account, err := k.region.Account(cfg.AccountID)
	if err != nil {
		return err
	}
	dir := filepath.Join(k.dir, clusterDir)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	k.cluster, err = eks.Start(c.ctx, eks.Options{
		Program: program, Dir: dir, Name: cfg.Cluster.Name, Region: cfg.Region,
		Clouds: func(string) (*simcloud.Cloud, error) { return engine.CloudIn(k.dir) },
	})
	if err != nil {
		return err
	}
	asked := rpc.NewServer()
	if err := errors.Join(asked.Register(&Databases{account}), asked.Register(&Cluster{cluster: k.cluster, made: map[string]bool{}})); err != nil {
		return err
	}
	go k.answer(asked)
	return nil
}

// answer answers until the listener is closed.
func (k *keeper) answer(asked *rpc.Server) {
	for {
		connection, err := k.listener.Accept()
		if err != nil {
			return
		}
		go asked.ServeCodec(jsonrpc.NewServerCodec(connection))
	}
}

// close ends everything, and forgets the stack.
func (k *keeper) close() error {
	var err error
	if k.listener != nil {
		err = k.listener.Close()
	}
	if k.cluster != nil {
		err = errors.Join(err, k.cluster.Stop())
	}
	if k.region != nil {
		err = errors.Join(err, k.region.Close())
	}
	if at, read := os.Readlink(k.link); read == nil && at == k.dir {
		err = errors.Join(err, os.Remove(k.link))
	}
	return errors.Join(err, os.RemoveAll(k.dir))
}

// forget removes what a keeper that was killed has left, unless there is one.
func forget(link string) error {
	dir, err := os.Readlink(link)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if connection, err := net.Dial("unix", filepath.Join(dir, socketFile)); err == nil {
		return errors.Join(errors.New("its cluster runs already, and commands without --cluster work in it"), connection.Close())
	}
	return errors.Join(os.RemoveAll(dir), os.Remove(link))
}
