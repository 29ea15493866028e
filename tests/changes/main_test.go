package changes

import (
	"os"
	"testing"

	"github.com/mosaic-stories/mosaic-database/tests/live"
)

func TestMain(m *testing.M) { os.Exit(live.Main(m)) }
