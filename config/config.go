// Package config reads the configuration of the product: a file, environment
// variables (HUAJIE_…) and defaults, into one typed struct. It imports nothing
// of ours.
package config

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
)

// What RetentionRun may be.
const (
	RetentionOff   = "off"
	RetentionDaily = "daily"
)

// Config is every setting. The key of a field is its mapstructure name; the
// environment variable is HUAJIE_ and the key in capitals. A secret may come
// from a file instead: HUAJIE_<KEY>_FILE names it.
type Config struct {
	// DataDir holds the local stack, keys and secrets made on this machine.
	DataDir string `mapstructure:"data_dir"`
	// Listen is the address of the HTTP API.
	Listen string `mapstructure:"listen"`
	// DatabaseURL is the PostgreSQL of the ledger. Empty: the local stack's.
	DatabaseURL string `mapstructure:"database_url"`
	// TemporalAddress is the frontend of the engine. Empty: the local stack's.
	TemporalAddress string `mapstructure:"temporal_address"`
	// TemporalNamespace is the namespace of the cases.
	TemporalNamespace string `mapstructure:"temporal_namespace"`
	// RulebookDir replaces the built-in rulebook by a folder of YAML files, until one is published
	// in the console.
	RulebookDir string `mapstructure:"rulebook_dir"`
	// Drill loads the drill area, whose limits are seconds. Its cases count in no statistics.
	Drill bool `mapstructure:"drill"`
	// Demo loads demonstration accounts, whose password is public. Never in production.
	Demo bool `mapstructure:"demo"`
	// PayloadKeyFile holds the key that encrypts what travels through the engine. Empty:
	// one is made under DataDir.
	PayloadKeyFile string `mapstructure:"payload_key_file"`
	// FieldKeyFile holds the keys, wrapped by the master key, with which the database keeps what
	// people are called and what they write. Empty: made under DataDir.
	FieldKeyFile string `mapstructure:"field_key_file"`
	// MasterKeyFile holds the master key. Empty: one is made under DataDir.
	MasterKeyFile string `mapstructure:"master_key_file"`
	// MasterKeyURI names the master key in a key service that this build has a client for; it
	// takes the place of MasterKeyFile.
	MasterKeyURI string `mapstructure:"master_key_uri"`
	// AuditKeyFile holds the key that signs heads of the audit log and receipts. Empty: one is
	// made under DataDir. API and workers share it.
	AuditKeyFile string `mapstructure:"audit_key_file"`
	// AuditHeadsFile is where a worker writes the signed heads. Empty: under DataDir.
	AuditHeadsFile string `mapstructure:"audit_heads_file"`
	// AuditHeadEvery is how often a worker signs the head of the audit log.
	AuditHeadEvery time.Duration `mapstructure:"audit_head_every"`
	// FilesURL is where photographs are kept: file:///folder or s3://bucket?region=…. Empty: a
	// folder under DataDir, which only the processes of one machine can share.
	FilesURL string `mapstructure:"files_url"`
	// FilesMaxBytes is how large one photograph may be.
	FilesMaxBytes int64 `mapstructure:"files_max_bytes"`
	// FilesMaxPixels is how many pixels one photograph may have; developing it takes up to
	// twelve bytes of memory for each.
	FilesMaxPixels int `mapstructure:"files_max_pixels"`
	// FilesAtOnce is how many photographs one process develops at once.
	FilesAtOnce int `mapstructure:"files_at_once"`
	// FilesKeepFree is how many bytes stay free in the folder of photographs; 0: none. A bucket
	// cannot be asked.
	FilesKeepFree int64 `mapstructure:"files_keep_free"`
	// FilesMaxUnfinished is how many bytes of everybody may be on their way at once: until a
	// photograph is whole its parts lie in the database. 0: any number.
	FilesMaxUnfinished int64 `mapstructure:"files_max_unfinished"`
	// FilesScanner is the clamd that looks for malware in photographs: unix:///path or
	// tcp://host:port. Empty: none does.
	FilesScanner string `mapstructure:"files_scanner"`
	// FilesKeepIncomplete is how long an upload waits for somebody to go on with it.
	FilesKeepIncomplete time.Duration `mapstructure:"files_keep_incomplete"`
	// ExportsKeep is how long the file of an exported list can be fetched; then it is deleted.
	ExportsKeep time.Duration `mapstructure:"exports_keep"`
	// ExportsMaxRows is how many rows an exported list may have.
	ExportsMaxRows int `mapstructure:"exports_max_rows"`
	// RetentionRun says whether a worker removes by itself what was kept long enough: off or daily.
	RetentionRun string `mapstructure:"retention_run"`
	// SessionTTL is how long a sign-in lasts.
	SessionTTL time.Duration `mapstructure:"session_ttl"`
	// PublicURL is where people reach the API, e.g. https://huajie.example.gov.cn. With https
	// cookies are for HTTPS only. Empty: Listen, without TLS.
	PublicURL string `mapstructure:"public_url"`
	// TemporalUIURL is where the engine's own pages are, which may then ask the API for readable
	// payloads. Empty: they may not.
	TemporalUIURL string `mapstructure:"temporal_ui_url"`
	// HSTS is how long browsers are told to come by HTTPS only. 0: they are not.
	HSTS time.Duration `mapstructure:"hsts"`
	// TrustedProxies lists whose X-Forwarded-For is believed: prefixes, separated by commas.
	TrustedProxies string `mapstructure:"trusted_proxies"`
	// RateLimit is how many requests one caller may make in RateWindow, counted by each
	// process of the API. 0: any number.
	RateLimit  int           `mapstructure:"rate_limit"`
	RateWindow time.Duration `mapstructure:"rate_window"`
	// SignInFree is how many wrong passwords for an account from one place cost nothing.
	// 0: nothing is counted.
	SignInFree int `mapstructure:"sign_in_free"`
	// SignInSourceFree is the same for one place, whatever the account.
	SignInSourceFree int `mapstructure:"sign_in_source_free"`
	// SignInDelay is the wait after the first one that costs; each further one doubles it,
	// up to SignInDelayMax.
	SignInDelay    time.Duration `mapstructure:"sign_in_delay"`
	SignInDelayMax time.Duration `mapstructure:"sign_in_delay_max"`
	// SignInForget is after how long without failures a place begins anew.
	SignInForget time.Duration `mapstructure:"sign_in_forget"`
	// PasswordMin is the least number of characters of a password, outside of the demonstration.
	PasswordMin int `mapstructure:"password_min"`
	// SecondFactorRoles are the roles that need a second factor, separated by commas. The
	// demonstration does without.
	SecondFactorRoles string `mapstructure:"second_factor_roles"`
	// TokenTTLMax is how long a token for a program may live.
	TokenTTLMax time.Duration `mapstructure:"token_ttl_max"`
	// OIDCIssuer is the provider people may sign in at (OpenID Connect). Empty: none.
	OIDCIssuer string `mapstructure:"oidc_issuer"`
	// OIDCClientID and OIDCClientSecret are what it knows us by.
	OIDCClientID     string `mapstructure:"oidc_client_id"`
	OIDCClientSecret string `mapstructure:"oidc_client_secret"`
	// OIDCScopes are asked for, separated by spaces.
	OIDCScopes string `mapstructure:"oidc_scopes"`
	// OIDCClaim is the claim that holds the user name here.
	OIDCClaim string `mapstructure:"oidc_claim"`
	// OIDCSecondFactor takes the word of the provider for the second factor.
	OIDCSecondFactor bool `mapstructure:"oidc_second_factor"`
	// OIDCLanding is the path a browser goes to afterwards.
	OIDCLanding string `mapstructure:"oidc_landing"`
	// RequestTimeout bounds one HTTP request.
	RequestTimeout time.Duration `mapstructure:"request_timeout"`
	// LogLevel is debug, info, warn or error.
	LogLevel string `mapstructure:"log_level"`
	// MetricsListen is where a worker answers /metrics, /livez and /readyz; the API answers
	// them on Listen. Empty: nowhere.
	MetricsListen string `mapstructure:"metrics_listen"`
	// DrainDelay is how long /readyz says no at shutdown before the API takes no more
	// requests: the time a load balancer needs to notice.
	DrainDelay time.Duration `mapstructure:"drain_delay"`
	// HeartbeatEvery is how often every process says that it can do its work.
	HeartbeatEvery time.Duration `mapstructure:"heartbeat_every"`
	// OTLPEndpoint is where traces are sent (OTLP over HTTP). Empty: none are made.
	OTLPEndpoint string `mapstructure:"otlp_endpoint"`
	// TraceRatio is the share of requests that are traced, 0 to 1.
	TraceRatio float64 `mapstructure:"trace_ratio"`
	// SMSProvider takes short messages: file, webhook or none.
	SMSProvider string `mapstructure:"sms_provider"`
	// SMSURL is where the webhook posts short messages.
	SMSURL string `mapstructure:"sms_url"`
	// SMSSecret signs the posts and the reports that come back.
	SMSSecret string `mapstructure:"sms_secret"`
	// WeChatProvider takes messages by WeChat: file, webhook or none.
	WeChatProvider string `mapstructure:"wechat_provider"`
	// WeChatURL is where the webhook posts messages by WeChat.
	WeChatURL string `mapstructure:"wechat_url"`
	// WeChatSecret signs the posts and the reports that come back.
	WeChatSecret string `mapstructure:"wechat_secret"`
	// DeliveryDir is the folder of the file provider. Empty: outbox under DataDir.
	DeliveryDir string `mapstructure:"delivery_dir"`
	// DeliveryAllow lists addresses a webhook may be at though they are not public, or may
	// be reached at without TLS: prefixes, separated by commas.
	DeliveryAllow string `mapstructure:"delivery_allow"`
}

// The providers a channel may have.
const (
	ProviderFile    = "file"
	ProviderWebhook = "webhook"
	ProviderNone    = "none"
)

// Default are the settings of a fresh machine.
func Default() Config {
	return Config{
		DataDir:             "data",
		Listen:              "127.0.0.1:8080",
		TemporalNamespace:   "huajie",
		AuditHeadEvery:      15 * time.Minute,
		FilesMaxBytes:       20 << 20,
		FilesMaxPixels:      25_000_000,
		FilesAtOnce:         2,
		FilesKeepFree:       1 << 30,
		FilesMaxUnfinished:  10 << 30,
		FilesKeepIncomplete: 7 * 24 * time.Hour,
		ExportsKeep:         72 * time.Hour,
		RetentionRun:        RetentionOff,
		ExportsMaxRows:      200_000,
		SessionTTL:          12 * time.Hour,
		RateLimit:           1200,
		RateWindow:          time.Minute,
		SignInFree:          5,
		SignInSourceFree:    100,
		SignInDelay:         2 * time.Second,
		SignInDelayMax:      15 * time.Minute,
		SignInForget:        24 * time.Hour,
		PasswordMin:         10,
		SecondFactorRoles:   "sys_admin,supervisor,city_supervisor",
		TokenTTLMax:         366 * 24 * time.Hour,
		OIDCScopes:          "openid profile",
		OIDCClaim:           "preferred_username",
		OIDCLanding:         "/",
		RequestTimeout:      15 * time.Second,
		LogLevel:            "info",
		MetricsListen:       "127.0.0.1:9464",
		TraceRatio:          1,
		SMSProvider:         ProviderFile,
		WeChatProvider:      ProviderNone,
		HeartbeatEvery:      10 * time.Second,
	}
}

// Keys lists every setting in the order of the struct.
func Keys() []string {
	t := reflect.TypeFor[Config]()
	out := make([]string, t.NumField())
	for i := range out {
		out[i] = t.Field(i).Tag.Get("mapstructure")
	}
	return out
}

// Load reads the file (optional, "" for none) and the environment over the
// defaults. Unknown keys are faults, and all faults are told at once.
func Load(file string) (Config, error) {
	v := viper.New()
	v.SetEnvPrefix("HUAJIE")
	v.AutomaticEnv()
	defaults := map[string]any{}
	if err := mapstructure.Decode(Default(), &defaults); err != nil {
		return Config{}, err
	}
	for key, value := range defaults {
		v.SetDefault(key, value)
	}
	if file != "" {
		v.SetConfigFile(file)
		if err := v.ReadInConfig(); err != nil {
			return Config{}, fmt.Errorf("configuration file: %w", err)
		}
	}
	if err := secretsFromFiles(v); err != nil {
		return Config{}, err
	}
	var c Config
	if err := v.UnmarshalExact(&c); err != nil {
		return Config{}, fmt.Errorf("configuration: %w", err)
	}
	return c, c.Validate()
}

// secretsFromFiles lets HUAJIE_DATABASE_URL_FILE stand for HUAJIE_DATABASE_URL, and
// likewise for every secret, as container platforms hand out secrets.
func secretsFromFiles(v *viper.Viper) error {
	var faults []error
	for _, key := range []string{"database_url", "sms_secret", "wechat_secret", "oidc_client_secret"} {
		name := os.Getenv("HUAJIE_" + strings.ToUpper(key) + "_FILE")
		if name == "" {
			continue
		}
		b, err := os.ReadFile(name) //nolint:gosec // whoever sets the environment runs the program
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", key, err))
			continue
		}
		v.Set(key, strings.TrimSpace(string(b)))
	}
	return errors.Join(faults...)
}

// Validate tells everything that is wrong, by key.
func (c Config) Validate() error {
	var faults []error
	fault := func(key, format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s: "+format, append([]any{key}, args...)...))
	}
	if c.DataDir == "" {
		fault("data_dir", "must not be empty")
	}
	if !strings.Contains(c.Listen, ":") {
		fault("listen", "must be host:port")
	}
	if c.DatabaseURL != "" {
		if u, err := url.Parse(c.DatabaseURL); err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
			fault("database_url", "must be a postgres:// URL") // the value may hold a password: it is not shown
		}
	}
	if c.TemporalNamespace == "" {
		fault("temporal_namespace", "must not be empty")
	}
	if c.SessionTTL < time.Minute {
		fault("session_ttl", "must be at least one minute")
	}
	if c.RequestTimeout < time.Second {
		fault("request_timeout", "must be at least one second")
	}
	if c.MetricsListen != "" && !strings.Contains(c.MetricsListen, ":") {
		fault("metrics_listen", "must be host:port, or empty")
	}
	if c.DrainDelay < 0 || c.DrainDelay > time.Minute {
		fault("drain_delay", "must be between 0 and one minute")
	}
	if c.HeartbeatEvery < 100*time.Millisecond || c.HeartbeatEvery > 5*time.Minute {
		fault("heartbeat_every", "must be between 100ms and five minutes")
	}
	if c.AuditHeadEvery < time.Second || c.AuditHeadEvery > 24*time.Hour {
		fault("audit_head_every", "must be between one second and one day")
	}
	if u, err := url.Parse(c.OTLPEndpoint); c.OTLPEndpoint != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "") {
		fault("otlp_endpoint", "must be an http:// or https:// URL, or empty") // it may hold a credential: it is not shown
	}
	if c.TraceRatio < 0 || c.TraceRatio > 1 {
		fault("trace_ratio", "must be between 0 and 1")
	}
	c.validateFiles(fault)
	c.validateExports(fault)
	c.validateSignIn(fault)
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		fault("log_level", "must be debug, info, warn or error")
	}
	c.validateDelivery(fault)
	return errors.Join(faults...)
}

// validateFiles tells what is wrong with the settings of photographs.
func (c Config) validateFiles(fault func(key, format string, args ...any)) {
	if u, err := url.Parse(c.FilesURL); c.FilesURL != "" && (err != nil || (u.Scheme != "file" && u.Scheme != "s3")) {
		fault("files_url", "must be a file:// or s3:// URL, or empty") // it may hold a credential: it is not shown
	}
	if c.FilesMaxBytes < 1<<20 || c.FilesMaxBytes > 64<<20 {
		fault("files_max_bytes", "must be between 1 MiB and 64 MiB")
	}
	if c.FilesMaxPixels < 1_000_000 || c.FilesMaxPixels > 200_000_000 {
		fault("files_max_pixels", "must be between 1 and 200 million")
	}
	if c.FilesAtOnce < 1 || c.FilesAtOnce > 64 {
		fault("files_at_once", "must be between 1 and 64")
	}
	if u, err := url.Parse(c.FilesScanner); c.FilesScanner != "" && (err != nil || (u.Scheme != "unix" || u.Path == "" || u.Host != "") && (u.Scheme != "tcp" || u.Port() == "")) {
		fault("files_scanner", "must be unix:///path or tcp://host:port, or empty")
	}
	if c.FilesKeepFree < 0 {
		fault("files_keep_free", "must not be negative")
	}
	if c.FilesMaxUnfinished != 0 && c.FilesMaxUnfinished < c.FilesMaxBytes {
		fault("files_max_unfinished", "must be at least files_max_bytes, or 0")
	}
	if c.FilesKeepIncomplete < 48*time.Hour {
		fault("files_keep_incomplete", "must be at least two days: a photo taken without a line may be a day late")
	}
}

// validateExports tells what is wrong with the settings of exported lists.
func (c Config) validateExports(fault func(key, format string, args ...any)) {
	if c.RetentionRun != RetentionOff && c.RetentionRun != RetentionDaily {
		fault("retention_run", "must be off or daily")
	}
	if c.ExportsKeep < time.Minute || c.ExportsKeep > 30*24*time.Hour {
		fault("exports_keep", "must be between one minute and 30 days: the file lies outside the ledger")
	}
	if c.ExportsMaxRows < 1 || c.ExportsMaxRows > 1_000_000 {
		fault("exports_max_rows", "must be between 1 and 1,000,000: a sheet has no more rows")
	}
}

// hidden stands for a secret that is set.
const hidden = "(set)"

// Get gives one effective setting as text. Secrets are not told.
func (c Config) Get(key string) (string, bool) {
	values := map[string]any{}
	if err := mapstructure.Decode(c, &values); err != nil {
		return "", false
	}
	value, ok := values[key]
	if strings.HasSuffix(key, "_secret") && value != "" {
		return hidden, true
	}
	return fmt.Sprint(value), ok
}
