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
	// RulebookDir replaces the built-in rulebook by a folder of YAML files.
	RulebookDir string `mapstructure:"rulebook_dir"`
	// Drill loads the drill area, whose limits are seconds. Its cases count in no statistics.
	Drill bool `mapstructure:"drill"`
	// Demo loads demonstration accounts, whose password is public. Never in production.
	Demo bool `mapstructure:"demo"`
	// PayloadKeyFile holds the key that encrypts what travels through the engine. Empty:
	// one is made under DataDir.
	PayloadKeyFile string `mapstructure:"payload_key_file"`
	// SessionTTL is how long a sign-in lasts.
	SessionTTL time.Duration `mapstructure:"session_ttl"`
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
	// OTLPEndpoint is where traces are sent (OTLP over HTTP). Empty: none are made.
	OTLPEndpoint string `mapstructure:"otlp_endpoint"`
	// TraceRatio is the share of requests that are traced, 0 to 1.
	TraceRatio float64 `mapstructure:"trace_ratio"`
}

// Default are the settings of a fresh machine.
func Default() Config {
	return Config{
		DataDir:           "data",
		Listen:            "127.0.0.1:8080",
		TemporalNamespace: "huajie",
		SessionTTL:        12 * time.Hour,
		RequestTimeout:    15 * time.Second,
		LogLevel:          "info",
		MetricsListen:     "127.0.0.1:9464",
		TraceRatio:        1,
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

// secretsFromFiles lets HUAJIE_DATABASE_URL_FILE stand for HUAJIE_DATABASE_URL,
// as container platforms hand out secrets.
func secretsFromFiles(v *viper.Viper) error {
	var faults []error
	for _, key := range []string{"database_url"} {
		name := os.Getenv("HUAJIE_" + strings.ToUpper(key) + "_FILE")
		if name == "" {
			continue
		}
		b, err := os.ReadFile(name)
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
	if u, err := url.Parse(c.OTLPEndpoint); c.OTLPEndpoint != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "") {
		fault("otlp_endpoint", "must be an http:// or https:// URL, or empty") // it may hold a credential: it is not shown
	}
	if c.TraceRatio < 0 || c.TraceRatio > 1 {
		fault("trace_ratio", "must be between 0 and 1")
	}
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		fault("log_level", "must be debug, info, warn or error")
	}
	return errors.Join(faults...)
}

// Get gives one effective setting as text.
func (c Config) Get(key string) (string, bool) {
	values := map[string]any{}
	if err := mapstructure.Decode(c, &values); err != nil {
		return "", false
	}
	value, ok := values[key]
	return fmt.Sprint(value), ok
}
