package node

import (
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/util/cert"
)

// serveLogs answers the API server's requests for logs, and returns the port. The API server does not check the certificate.
func (n *Node) serveLogs() (int32, error) {
	certificate, key, err := cert.GenerateSelfSignedCertKey(Name, []net.IP{net.ParseIP(loopback)}, nil)
	if err != nil {
		return 0, err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return 0, err
	}
	listener, err := tls.Listen("tcp", net.JoinHostPort(loopback, "0"), &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12})
	if err != nil {
		return 0, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", func(w http.ResponseWriter, r *http.Request) {
		file := filepath.Join(n.dir, filepath.Base(r.PathValue("namespace")), filepath.Base(r.PathValue("pod")), filepath.Base(r.PathValue("container"))+".log")
		content, err := os.ReadFile(file)
		if err != nil {
			http.Error(w, "the container has not started", http.StatusNotFound)
			return
		}
		_, _ = w.Write(content)
	})
	server := &http.Server{Handler: mux}
	n.running.Go(func() { _ = server.Serve(listener) })
	go func() {
		<-n.ctx.Done()
		_ = server.Close()
	}()
	return int32(listener.Addr().(*net.TCPAddr).Port), nil
}

// log is the file with what a container writes.
func (p *pod) log(container string) string { return filepath.Join(p.dir, container+".log") }

// lastWords is the end of a log, as a kubelet takes it for a termination message: at most 80 lines and 2048 bytes.
func lastWords(file string, from int64) string {
	content, err := os.ReadFile(file)
	if err != nil || from > int64(len(content)) {
		return ""
	}
	text := string(content[from:])
	text = text[max(0, len(text)-2048):]
	lines := strings.SplitAfter(text, "\n")
	return strings.Join(lines[max(0, len(lines)-80):], "")
}
