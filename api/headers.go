package api

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// DoorRules say how the door is met from outside. Zero values: plain HTTP on this machine,
// no proxy before it, no limit.
type DoorRules struct {
	// PublicURL is where people reach the API. With https:// cookies are for HTTPS and
	// this host only.
	PublicURL string
	// HSTS is how long browsers are told to come by HTTPS only; 0: they are not.
	HSTS time.Duration
	// Proxies are whose word is taken for where a request comes from.
	Proxies []netip.Prefix
	// Quota is how many requests one caller may make in a Window; 0: any number.
	Quota  int
	Window time.Duration
	// EngineUI is where the engine's own pages are; they may ask for its payloads, and for
	// nothing else. Empty: no page may.
	EngineUI string
}

// secure tells whether people come by HTTPS.
func (d DoorRules) secure() bool { return strings.HasPrefix(d.PublicURL, "https://") }

// hostPrefix makes a browser refuse a cookie that is not for HTTPS, this host and all of it:
// a neighbour in the domain cannot set one.
const hostPrefix = "__Host-"

func (s *server) cookieName(name string) string {
	if s.Door.secure() {
		return hostPrefix + name
	}
	return name
}

func (s *server) cookie(name, value string, life time.Duration) http.Cookie {
	c := http.Cookie{ //nolint:gosec // Secure wherever the house is reached by HTTPS
		Name: s.cookieName(name), Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: s.Door.secure(), MaxAge: int(life.Seconds())}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// answerPolicy is the content security policy of answers: they are data, and nothing in
// them is ever run, framed or fetched.
const answerPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// guarded puts on every answer, refusals included, what browsers must know of it.
func guarded(d DoorRules, next http.Handler) http.Handler {
	headers := map[string]string{
		"Content-Security-Policy":      answerPolicy,
		"X-Frame-Options":              "DENY",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
	}
	if d.HSTS > 0 {
		headers["Strict-Transport-Security"] = fmt.Sprintf("max-age=%d; includeSubDomains", int(d.HSTS.Seconds()))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		if from, ok := d.origin(r); ok {
			r.RemoteAddr = from
		}
		next.ServeHTTP(w, r)
	})
}

// origin finds where a request comes from behind trusted proxies: the last address that
// one of them has added, and that is not a proxy itself. What others say of themselves is
// never taken.
func (d DoorRules) origin(r *http.Request) (string, bool) {
	if len(d.Proxies) == 0 || !d.trusts(hostOf(r.RemoteAddr)) {
		return "", false
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		ip, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return "", false
		}
		if !d.trusts(ip.String()) {
			return net.JoinHostPort(ip.Unmap().String(), "0"), true
		}
	}
	return "", false
}

func (d DoorRules) trusts(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && slices.ContainsFunc(d.Proxies, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
}

// sourceOf is where something comes from, for counting: an address, or the network of one
// subscriber where there are more addresses than anybody can count.
func sourceOf(address string) string {
	host := hostOf(address)
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	network, _ := ip.Prefix(64) // every address has one
	return network.String()
}

// trusted is the origin of a URL, or "".
func trusted(publicURL string) string {
	u, err := url.Parse(publicURL)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
