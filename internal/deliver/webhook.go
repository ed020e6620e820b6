package deliver

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"huajie/domain/notice"
	"huajie/internal/signature"
)

// The bounds of one post.
const (
	postTimeout   = 10 * time.Second
	longestAnswer = 64 << 10
	longestWait   = 24 * time.Hour // a provider may ask for
)

// Webhook posts messages to a gateway as JSON, signed and with an idempotency key. It
// follows no redirect, asks no proxy, and connects to public addresses by TLS only, unless
// the operator has listed others.
type Webhook struct {
	url    string
	secret []byte
	client *http.Client
	now    func() time.Time
}

// NewWebhook posts to a URL. allowed are addresses that need not be public, nor spoken to
// by TLS.
func NewWebhook(to *url.URL, secret []byte, allowed []netip.Prefix) *Webhook {
	dialer := &net.Dialer{Timeout: postTimeout, Control: guard(allowed, to.Scheme != "https")}
	return &Webhook{url: to.String(), secret: secret, now: time.Now, client: &http.Client{
		Timeout:       postTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: postTimeout, MaxIdleConnsPerHost: 4,
			IdleConnTimeout: time.Minute, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}},
	}}
}

// Outcome is sent: what comes of it is for a report to say.
func (w *Webhook) Outcome() notice.State { return notice.Sent }

// Send posts the message.
func (w *Webhook) Send(ctx context.Context, m Message) (string, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return "", &Fault{Code: "unwritable", Permanent: true, cause: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(body))
	if err != nil {
		return "", &Fault{Code: "bad_url", Permanent: true, cause: err}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "huajie")
	req.Header.Set("Idempotency-Key", m.Key)
	signature.Sign(req.Header, w.secret, body, w.now())
	resp, err := w.client.Do(req)
	if err != nil {
		return "", &Fault{Code: networkCode(err), cause: err}
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, longestAnswer))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return "", w.refused(resp)
	}
	if err != nil { // it was taken, and cannot say under which id
		answer = nil
	}
	return idIn(answer), nil
}

// refused judges a status: what may pass is tried again, anything else is final.
func (w *Webhook) refused(resp *http.Response) *Fault {
	f := &Fault{Code: "http_" + strconv.Itoa(resp.StatusCode)}
	switch {
	case resp.StatusCode >= http.StatusInternalServerError, resp.StatusCode == http.StatusRequestTimeout, resp.StatusCode == http.StatusTooManyRequests:
		f.After = retryAfter(resp.Header.Get("Retry-After"), w.now())
	default:
		f.Permanent = true
	}
	return f
}

// retryAfter reads seconds or a date.
func retryAfter(header string, now time.Time) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.ParseInt(header, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), longestWait)
}

// networkCode names what went wrong on the way.
func networkCode(err error) string {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var lookup *net.DNSError
	var network net.Error
	switch {
	case errors.Is(err, errBlocked):
		return "blocked_address"
	case errors.As(err, &certificate), errors.As(err, &record):
		return "tls"
	case errors.As(err, &lookup):
		return "dns"
	case errors.As(err, &network) && network.Timeout():
		return "timeout"
	}
	return "network"
}

// providerID is what an id of a provider may look like; anything else is not kept.
var providerID = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,100}$`)

func idIn(answer []byte) string {
	var a struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(answer, &a) != nil || !providerID.MatchString(a.ID) {
		return ""
	}
	return a.ID
}
