package cli

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHealthcheckFollowsTheStatus(t *testing.T) {
	t.Parallel()
	for status, well := range map[int]bool{http.StatusOK: true, http.StatusServiceUnavailable: false} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`{"status":"x"}` + "\n"))
		}))
		t.Cleanup(srv.Close)
		var out bytes.Buffer
		require.Equal(t, well, healthcheck(t.Context(), &out, srv.URL) == nil)
		require.Equal(t, "{\"status\":\"x\"}\n", out.String())
	}
	require.Error(t, healthcheck(t.Context(), &bytes.Buffer{}, "http://127.0.0.1:1/readyz"))
}

func TestReachable(t *testing.T) {
	t.Parallel()
	for listen, ask := range map[string]string{"0.0.0.0:8080": "127.0.0.1:8080", ":8080": "127.0.0.1:8080", "[::]:9464": "127.0.0.1:9464", "127.0.0.1:8080": "127.0.0.1:8080", "10.0.0.5:8080": "10.0.0.5:8080"} {
		require.Equal(t, ask, reachable(listen))
	}
}
