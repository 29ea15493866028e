package servers

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Process is a server that was started.
type Process struct {
	server *exec.Cmd
	ended  chan struct{}
}

// Start starts a server, with its output in a file. Where the system knows how, the server ends with this process, however that ends.
func Start(server *exec.Cmd, logFile string) (*Process, error) {
	log, err := os.Create(logFile)
	if err != nil {
		return nil, err
	}
	server.Stdout, server.Stderr = log, log
	endWithParent(server)
	p, started := &Process{server, make(chan struct{})}, make(chan error)
	go func() {
		runtime.LockOSThread() // Linux takes the thread for the parent
		err := server.Start()
		started <- err
		if err == nil {
			_ = server.Wait()
		}
		_ = log.Close()
		close(p.ended)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// Ended is closed when the server has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Stop ends the server, as PostgreSQL's fast shutdown does. A server that has ended stays as it is.
func (p *Process) Stop() error {
	if err := p.server.Process.Signal(syscall.SIGINT); errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	kill := time.AfterFunc(10*time.Second, func() { _ = p.server.Process.Kill() })
	<-p.ended
	if !kill.Stop() {
		return errors.New(p.server.Path + " was killed, because it did not end")
	}
	return nil
}
