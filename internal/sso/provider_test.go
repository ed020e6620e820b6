package sso_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// providerBinary is built from its own module: make bin/oidc-provider.
func providerBinary(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
			continue
		}
		at := filepath.Join(dir, "bin", "oidc-provider")
		if _, err := os.Stat(at); err != nil {
			t.Fatal("the OpenID provider of this test is not built yet: run make bin/oidc-provider")
		}
		return at
	}
	t.Fatal("no go.mod above this test")
	return ""
}

// known are people the provider knows: what they sign in with, and the name it tells.
type known struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	Name     string `json:"username"`
	Password string `json:"password"`
	Verified bool   `json:"emailverified"`
}

// startProvider starts a provider that sends people back to one address, and gives its issuer.
func startProvider(t *testing.T, redirect string, people ...known) string {
	t.Helper()
	binary, at := providerBinary(t), freeAddress(t)
	raw, err := json.Marshal(people)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "people.json")
	require.NoError(t, os.WriteFile(file, raw, 0o600))
	cmd := exec.Command(binary, at, redirect, file)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	issuer := "http://" + at + "/"
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, issuer+".well-known/openid-configuration", nil)
		if err != nil {
			return false
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	}, 30*time.Second, 100*time.Millisecond, "the provider does not come up")
	return issuer
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
