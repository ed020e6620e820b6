package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huajie/config"
)

// FuzzLoad: whatever a configuration file holds, it is a configuration or a fault, and a fault
// does not show a secret.
func FuzzLoad(f *testing.F) {
	example, err := os.ReadFile("huajie.example.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{string(example), "", "null", "[]", "a: &a [*a]", "listen: [1]", "session_ttl: 1", "session_ttl: -1h", "rate_limit: 1e99", "sms_secret: {a: topsecret}", "database_url: \"topsecret\x00\"",
		"? [x]\n: y", "!!binary x", "\x00", "data_dir: &x " + strings.Repeat("x", 5000) + "\nlisten: *x", "files_url: \"s3://topsecret%zz\"", "files_scanner: \"tcp://topsecret:%\"", "oidc_issuer: \"https://u:topsecret@h\""} {
		f.Add(s)
	}
	file := filepath.Join(f.TempDir(), "huajie.yaml")
	f.Fuzz(func(t *testing.T, raw string) {
		if err := os.WriteFile(file, []byte(raw), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(file)
		if err == nil {
			if err := c.Validate(); err != nil {
				t.Fatalf("loaded, and not valid: %v", err)
			}
		}
	})
}
