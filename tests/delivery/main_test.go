package delivery

import (
	"os"
	"testing"

	"github.com/mosaic-stories/mosaic-database/tests/oncluster"
)

func TestMain(m *testing.M) { os.Exit(oncluster.Main(m)) }
