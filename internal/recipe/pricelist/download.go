package pricelist

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// AWS is where AWS has its price lists, for everybody, without credentials.
const AWS = "https://pricing.us-east-1.amazonaws.com"

const (
	attempts  = 3
	sizeLimit = 2 << 30 // bytes of a list, which has less than a tenth of it
)

// site has the price lists.
type site struct {
	base  string
	pause time.Duration // after the first attempt that failed; longer after each
}

// regions are the paths of a service's lists, by region.
func (s site) regions(ctx context.Context, service string) (map[string]string, error) {
	var index struct {
		Regions map[string]struct {
			CurrentVersionURL string `json:"currentVersionUrl"`
		} `json:"regions"`
	}
	path := "/offers/v1.0/aws/" + service + "/current/region_index.json"
	err := s.get(ctx, path, func(in io.Reader) error { return json.NewDecoder(in).Decode(&index) })
	if err != nil {
		return nil, err
	}
	paths := map[string]string{}
	for region, list := range index.Regions {
		if !strings.HasPrefix(list.CurrentVersionURL, "/offers/") {
			return nil, fmt.Errorf("%s%s: currentVersionUrl %q of %s is no path below /offers/", s.base, path, list.CurrentVersionURL, region)
		}
		paths[region] = list.CurrentVersionURL
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s%s: no regions in it: it is no region index in AWS's format v1.0", s.base, path)
	}
	return paths, nil
}

// list reads a service's list of a region.
func (s site) list(ctx context.Context, service, region, path string) (read list, err error) {
	err = s.get(ctx, path, func(in io.Reader) error {
		read, err = readList(in, service, region)
		return err
	})
	return read, err
}

// get reads a file, again if the connection broke or the server was not able to answer.
func (s site) get(ctx context.Context, path string, read func(io.Reader) error) error {
	for attempt := 1; ; attempt++ {
		err := s.once(ctx, path, read)
		var later temporary
		if err == nil || attempt == attempts || !errors.As(err, &later) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(time.Duration(attempt) * s.pause):
		}
	}
}

// temporary is an error that another attempt may not have.
type temporary struct{ error }

func (t temporary) Unwrap() error { return t.error }

func (s site) once(ctx context.Context, path string, read func(io.Reader) error) error {
	ctx, stop := context.WithTimeout(ctx, 10*time.Minute)
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		return fmt.Errorf("reading %s%s: %w", s.base, path, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return temporary{fmt.Errorf("reading AWS's price list: %w", err)}
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		err := fmt.Errorf("reading %s%s: %s", s.base, path, response.Status)
		if response.StatusCode >= http.StatusInternalServerError || response.StatusCode == http.StatusTooManyRequests {
			return temporary{err}
		}
		return err
	}
	body := &connection{in: io.LimitReader(response.Body, sizeLimit)}
	err = read(body)
	var wrong problems
	switch {
	case err == nil || errors.As(err, &wrong):
		return err
	case body.broken != nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF): // cut off
		return temporary{fmt.Errorf("reading %s%s: %w", s.base, path, err)}
	}
	return fmt.Errorf("reading %s%s: %w", s.base, path, err)
}

// connection remembers that reading failed, which the reader of its content may call something else.
type connection struct {
	in     io.Reader
	broken error
}

func (c *connection) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		c.broken = err
	}
	return n, err
}
