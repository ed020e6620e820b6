package outage

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/internal/app"
	"huajie/store"
)

// everything is the scope of the tests.
var everything = store.Everything

// TestAProcessStopsGracefully: /readyz says no while requests are still
// answered, and the process ends without an error.
func TestAProcessStopsGracefully(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	p := g.run(app.Parts{API: true, Worker: true}, func(c *config.Config) { c.DrainDelay = 5 * time.Second })
	o := officeAt(t, p)
	eventually(t, "it is ready", func() bool { s, _ := probe(p.addr, "/readyz"); return s == http.StatusOK })
	var wg sync.WaitGroup
	var stopped error
	wg.Go(func() { stopped = p.stop() })
	eventually(t, "it says that it stops", func() bool {
		s, h := probe(p.addr, "/readyz")
		return s == http.StatusServiceUnavailable && h["status"] == "stopping"
	})
	_, answer, err := o.register(o.key(), "最后一件")
	require.NoError(t, err, "who was on the way is still served")
	require.Less(t, answer.Status, 300)
	wg.Wait()
	require.NoError(t, stopped)
	s, _ := probe(p.addr, "/livez")
	require.Zero(t, s, "nobody is there any more")
}
