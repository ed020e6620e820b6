package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/api"
	"huajie/domain/notice"
	"huajie/domain/view"
	"huajie/internal/signature"
)

// reports keeps what was reported.
type reports struct {
	channel notice.Channel
	list    []view.DeliveryReport
}

func (r *reports) DeliveryReports(_ context.Context, c notice.Channel, list []view.DeliveryReport, _ time.Time) error {
	r.channel, r.list = c, list
	return nil
}

// TestReportsAreSigned: what a provider says counts when the provider has signed it.
func TestReportsAreSigned(t *testing.T) {
	t.Parallel()
	h, got := newHouse(t), &reports{}
	secret := []byte("secret of the gateway")
	h.handler = api.New(api.Deps{Reader: h, Accounts: accounts{h}, Registrar: h, Engine: engine{h}, Rules: h.holder, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return h.now }, Reports: got, ReportSecrets: map[notice.Channel][]byte{notice.SMS: secret}})
	body := `{"events":[{"id":"gw-1","state":"delivered","at":"2026-11-23T09:59:00+08:00"},{"id":"K2","state":"failed","code":"13804371234 absent"}]}`
	say := func(path, body string, key []byte, at time.Time) *httptest.ResponseRecorder {
		head := http.Header{}
		signature.Sign(head, key, []byte(body), at)
		return h.do(t, request{method: http.MethodPost, path: "/api/v1/delivery/" + path, body: body,
			header: map[string]string{signature.TimeHeader: head.Get(signature.TimeHeader), signature.Header: head.Get(signature.Header)}})
	}
	require.Equal(t, http.StatusNoContent, say("sms", body, secret, h.now).Code)
	require.Equal(t, notice.SMS, got.channel)
	require.Len(t, got.list, 2)
	require.Equal(t, "gw-1", got.list[0].ID)
	require.True(t, got.list[0].Delivered)
	require.True(t, noon.Add(-time.Minute).Equal(got.list[0].At))
	require.Equal(t, "other", got.list[1].Code, "words of a stranger are not kept")
	require.True(t, got.list[1].At.IsZero())

	got.list = nil
	for name, res := range map[string]*httptest.ResponseRecorder{
		"another secret":    say("sms", body, []byte("guessed"), h.now),
		"too old":           say("sms", body, secret, h.now.Add(-6*time.Minute)),
		"another provider":  say("wechat", body, secret, h.now),
		"no such provider":  say("pigeon", body, secret, h.now),
		"signed by nothing": say("wechat", body, nil, h.now),
	} {
		require.Equal(t, http.StatusUnauthorized, res.Code, name)
		require.Contains(t, res.Body.String(), "bad_signature", name)
	}
	bad := say("sms", `{"events":[{"id":"x","state":"read"}]}`, secret, h.now)
	require.Equal(t, http.StatusUnprocessableEntity, bad.Code)
	require.Equal(t, http.StatusBadRequest, say("sms", `not JSON`, secret, h.now).Code)
	require.False(t, strings.Contains(bad.Body.String(), "gw-"))
	require.Empty(t, got.list)
}
