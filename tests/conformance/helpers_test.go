package conformance

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"

	"github.com/mosaic-stories/mosaic-database/tests/simcloud"
)

func (s *side) noError(err error) {
	s.Helper()
	require.NoError(s, err)
}

func unknown() any { return resource.MakeComputed(resource.NewProperty("")) }

// condition is the status of a condition; "": there is none.
func (s *side) condition(typ, name, kind string) string {
	o := s.find(typ, name)
	if o == nil {
		return ""
	}
	for _, c := range o.Properties.List("status", "conditions") {
		if c.Text("type") == kind {
			return c.Text("status")
		}
	}
	return ""
}

// running makes the containers of simulated Jobs run on, as a command that takes long does.
func (s *side) running() {
	s.cloud.JobResult = func(string) error { return simcloud.ErrRunning }
}

// data is an entry of a Secret, encoded; "": there is none.
func (s *side) data(secret, entry string) string {
	if o := s.find(secretType, secret); o != nil {
		return o.Properties.Text("data", entry)
	}
	return ""
}
