package config

import (
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Proxies are the prefixes of TrustedProxies.
func (c Config) Proxies() ([]netip.Prefix, error) { return prefixes(c.TrustedProxies) }

// FactorRoles are the roles of SecondFactorRoles; none in the demonstration, whose
// accounts are everybody's.
func (c Config) FactorRoles() (out []string) {
	if c.Demo {
		return nil
	}
	for role := range strings.SplitSeq(c.SecondFactorRoles, ",") {
		if role = strings.TrimSpace(role); role != "" {
			out = append(out, role)
		}
	}
	return out
}

// OIDCRedirect is where the provider sends people back to.
func (c Config) OIDCRedirect() string {
	return strings.TrimSuffix(c.PublicURL, "/") + "/api/v1/session/oidc/callback"
}

// validateSignIn tells what is wrong with the settings of signing in and of the door.
func (c Config) validateSignIn(fault func(key, format string, args ...any)) {
	if u, err := url.Parse(c.PublicURL); c.PublicURL != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "") {
		fault("public_url", "must be http(s)://host, or empty")
	}
	if c.HSTS < 0 || c.HSTS > 0 && !strings.HasPrefix(c.PublicURL, "https://") {
		fault("hsts", "needs a public_url with https://")
	}
	if _, err := c.Proxies(); err != nil {
		fault("trusted_proxies", "must be addresses or prefixes separated by commas, e.g. 10.1.2.3 or 10.1.0.0/16")
	}
	if c.RateLimit < 0 {
		fault("rate_limit", "must not be negative")
	}
	if c.RateWindow < time.Second || c.RateWindow > time.Hour {
		fault("rate_window", "must be between one second and one hour")
	}
	if c.SignInFree < 0 || c.SignInFree > 100 {
		fault("sign_in_free", "must be between 0 and 100")
	}
	if c.SignInSourceFree < c.SignInFree {
		fault("sign_in_source_free", "must not be less than sign_in_free")
	}
	if c.SignInDelay <= 0 || c.SignInDelayMax < c.SignInDelay || c.SignInDelayMax > 24*time.Hour {
		fault("sign_in_delay", "must be positive, and sign_in_delay_max between it and one day")
	}
	if c.SignInForget < c.SignInDelayMax {
		fault("sign_in_forget", "must not be less than sign_in_delay_max")
	}
	if c.PasswordMin < 8 || c.PasswordMin > 64 {
		fault("password_min", "must be between 8 and 64")
	}
	if c.TokenTTLMax < 24*time.Hour {
		fault("token_ttl_max", "must be at least one day")
	}
	c.validateProvider(fault)
}

func (c Config) validateProvider(fault func(key, format string, args ...any)) {
	if c.OIDCIssuer == "" {
		return
	}
	if u, err := url.Parse(c.OIDCIssuer); err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && (u.Scheme != "http" || !local(u.Hostname()))) {
		fault("oidc_issuer", "must be an https:// URL; without TLS only on this machine")
	}
	if c.OIDCClientID == "" {
		fault("oidc_client_id", "is needed with oidc_issuer")
	}
	if c.PublicURL == "" {
		fault("public_url", "is needed with oidc_issuer: the provider sends people back there")
	}
	if c.OIDCClaim == "" {
		fault("oidc_claim", "must not be empty")
	}
	if !strings.HasPrefix(c.OIDCLanding, "/") || strings.HasPrefix(c.OIDCLanding, "//") {
		fault("oidc_landing", "must be a path of this host")
	}
}

// local tells whether a host is this machine.
func local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
