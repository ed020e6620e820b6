package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/config"
)

func TestDefaultsAreValid(t *testing.T) {
	t.Parallel()
	require.NoError(t, config.Default().Validate())
}

func TestEnvironmentOverridesFileOverridesDefault(t *testing.T) {
	file := filepath.Join(t.TempDir(), "huajie.yaml")
	require.NoError(t, os.WriteFile(file, []byte("listen: 127.0.0.1:9000\nsession_ttl: 1h\n"), 0o600))
	t.Setenv("HUAJIE_LISTEN", "127.0.0.1:9100")
	c, err := config.Load(file)
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:9100", c.Listen)
	require.Equal(t, time.Hour, c.SessionTTL)
	require.Equal(t, "huajie", c.TemporalNamespace)
}

func TestUnknownKeyIsAFault(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "huajie.yaml")
	require.NoError(t, os.WriteFile(file, []byte("lisen: 127.0.0.1:9000\n"), 0o600))
	_, err := config.Load(file)
	require.ErrorContains(t, err, "lisen")
}

func TestAllFaultsAtOnceAndNoSecretShown(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.DatabaseURL, c.LogLevel, c.SessionTTL = "mysql://u:topsecret@h/db", "loud", 0
	c.AuditHeadEvery = 0
	c.MetricsListen, c.DrainDelay, c.OTLPEndpoint, c.TraceRatio = "nowhere", -1, "collector:4318", 2
	c.FilesURL, c.FilesMaxBytes, c.FilesMaxPixels, c.FilesAtOnce, c.FilesKeepIncomplete = "ftp://u:topsecret@h", 0, 0, 0, 0
	c.FilesKeepFree, c.FilesMaxUnfinished, c.FilesScanner = -1, -1, "unix://topsecret"
	c.ExportsKeep, c.ExportsMaxRows, c.RetentionRun = 0, 0, "hourly"
	err := c.Validate()
	for _, key := range []string{"database_url", "audit_head_every", "log_level", "session_ttl", "metrics_listen", "drain_delay", "otlp_endpoint", "trace_ratio",
		"files_url", "files_max_bytes", "files_max_pixels", "files_at_once", "files_keep_incomplete", "files_keep_free", "files_max_unfinished", "files_scanner", "exports_keep", "exports_max_rows", "retention_run"} {
		require.ErrorContains(t, err, key)
	}
	require.False(t, strings.Contains(err.Error(), "topsecret"))
}

func TestSecretFromFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	require.NoError(t, os.WriteFile(file, []byte("postgres://u:p@127.0.0.1/h\n"), 0o600))
	t.Setenv("HUAJIE_DATABASE_URL_FILE", file)
	c, err := config.Load("")
	require.NoError(t, err)
	require.Equal(t, "postgres://u:p@127.0.0.1/h", c.DatabaseURL)
}

// TestReferenceFileIsComplete keeps the reference file and the struct together.
func TestReferenceFileIsComplete(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("huajie.example.yaml")
	require.NoError(t, err)
	for _, key := range config.Keys() {
		require.Contains(t, string(b), key+":", "the reference file misses %s", key)
	}
}

func TestDeliverySettings(t *testing.T) {
	t.Parallel()
	good := config.Default()
	good.SMSProvider, good.SMSURL, good.SMSSecret = config.ProviderWebhook, "https://sms.example.org/send", "topsecret-topsecret"
	good.DeliveryAllow = "10.1.2.3, 10.8.0.0/16,fd00::/8"
	require.NoError(t, good.Validate())
	allowed, err := good.Allowed()
	require.NoError(t, err)
	require.Len(t, allowed, 3)
	require.Equal(t, "10.1.2.3/32", allowed[0].String())
	for name, row := range map[string]struct {
		change func(*config.Config)
		key    string
	}{
		"unknown provider":   {func(c *config.Config) { c.WeChatProvider = "pigeon" }, "wechat_provider"},
		"no URL":             {func(c *config.Config) { c.SMSURL = "" }, "sms_url"},
		"a credential in it": {func(c *config.Config) { c.SMSURL = "https://u:topsecret@h/" }, "sms_url"},
		"no TLS":             {func(c *config.Config) { c.SMSURL, c.DeliveryAllow = "http://h/topsecret", "" }, "sms_url"},
		"short secret":       {func(c *config.Config) { c.SMSSecret = "topsecret" }, "sms_secret"},
		"no list":            {func(c *config.Config) { c.DeliveryAllow = "10.0.0.0/99" }, "delivery_allow"},
	} {
		c := good
		row.change(&c)
		err := c.Validate()
		require.ErrorContains(t, err, row.key, name)
		require.NotContains(t, err.Error(), "topsecret", name)
	}
	shown, ok := good.Get("sms_secret")
	require.True(t, ok)
	require.Equal(t, "(set)", shown)
	none, _ := config.Default().Get("sms_secret")
	require.Empty(t, none)
}

func TestSecretsOfProvidersFromFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(file, []byte("a secret of a gateway\n"), 0o600))
	t.Setenv("HUAJIE_SMS_SECRET_FILE", file)
	c, err := config.Load("")
	require.NoError(t, err)
	require.Equal(t, "a secret of a gateway", c.SMSSecret)
}

func TestSignInSettings(t *testing.T) {
	t.Parallel()
	good := config.Default()
	good.PublicURL, good.HSTS, good.TrustedProxies = "https://huajie.example.org", time.Hour, "10.1.2.3, 10.8.0.0/16"
	good.OIDCIssuer, good.OIDCClientID, good.OIDCClientSecret = "https://id.example.org/realm", "huajie", "topsecret"
	require.NoError(t, good.Validate())
	require.Equal(t, "https://huajie.example.org/api/v1/session/oidc/callback", good.OIDCRedirect())
	require.Equal(t, []string{"sys_admin", "supervisor", "city_supervisor"}, good.FactorRoles())
	for name, row := range map[string]struct {
		change func(*config.Config)
		key    string
	}{
		"a path":              {func(c *config.Config) { c.PublicURL = "https://h/topsecret" }, "public_url"},
		"no scheme":           {func(c *config.Config) { c.PublicURL = "h" }, "public_url"},
		"HSTS without TLS":    {func(c *config.Config) { c.PublicURL = "http://h" }, "hsts"},
		"no proxy":            {func(c *config.Config) { c.TrustedProxies = "everybody" }, "trusted_proxies"},
		"less than nothing":   {func(c *config.Config) { c.RateLimit = -1 }, "rate_limit"},
		"no window":           {func(c *config.Config) { c.RateWindow = 0 }, "rate_window"},
		"no delay":            {func(c *config.Config) { c.SignInDelay = 0 }, "sign_in_delay"},
		"delays that shrink":  {func(c *config.Config) { c.SignInDelayMax = time.Second }, "sign_in_delay"},
		"too quickly forgot":  {func(c *config.Config) { c.SignInForget = time.Minute }, "sign_in_forget"},
		"too many free":       {func(c *config.Config) { c.SignInFree = 1000 }, "sign_in_free"},
		"a place has fewer":   {func(c *config.Config) { c.SignInSourceFree = 1 }, "sign_in_source_free"},
		"short passwords":     {func(c *config.Config) { c.PasswordMin = 4 }, "password_min"},
		"tokens of an hour":   {func(c *config.Config) { c.TokenTTLMax = time.Hour }, "token_ttl_max"},
		"provider in clear":   {func(c *config.Config) { c.OIDCIssuer = "http://id.example.org" }, "oidc_issuer"},
		"no client":           {func(c *config.Config) { c.OIDCClientID = "" }, "oidc_client_id"},
		"nowhere to go back":  {func(c *config.Config) { c.PublicURL, c.HSTS = "", 0 }, "public_url"},
		"landing elsewhere":   {func(c *config.Config) { c.OIDCLanding = "//evil.example.net" }, "oidc_landing"},
		"landing on a URL":    {func(c *config.Config) { c.OIDCLanding = "https://evil.example.net" }, "oidc_landing"},
		"no claim for a name": {func(c *config.Config) { c.OIDCClaim = "" }, "oidc_claim"},
	} {
		c := good
		row.change(&c)
		err := c.Validate()
		require.ErrorContains(t, err, row.key, name)
		require.NotContains(t, err.Error(), "topsecret", name)
	}
	local := good
	local.OIDCIssuer = "http://127.0.0.1:5556/dex"
	require.NoError(t, local.Validate(), "without TLS on this machine")
	local.Demo = true
	require.Empty(t, local.FactorRoles())
	shown, _ := good.Get("oidc_client_secret")
	require.Equal(t, "(set)", shown)
}
