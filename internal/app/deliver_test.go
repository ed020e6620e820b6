package app_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/internal/app"
	"huajie/internal/apptest"
	"huajie/internal/demo"
	"huajie/internal/telemetry"
	"huajie/internal/testkit"
	"huajie/workflows"
)

// TestTheResultReachesThePhone (R70): an emergency is registered, the officer's phone
// hears of it while it is connected, fetches it and says so; a phone that comes back to
// another process is told, too; and the petitioner's message is written out.
func TestTheResultReachesThePhone(t *testing.T) {
	t.Parallel()
	const phone = "13804370042"
	p := apptest.New(t)
	_, p.Config.TemporalNamespace = testkit.OwnNamespace(t, workflows.SearchAttributes())
	first := &demo.Client{Base: "http://" + p.Run(app.Parts{API: true, Worker: true}, telemetry.Options{}), Password: app.DemoPassword}
	told := follow(t, first, "duty.220422")
	v, err := first.Register(t.Context(), "win-general.220422", "r", map[string]any{"nature": "help", "summary": "楼上漏水", "channel": "walk_in", "area": "220422100",
		"category": "0201", "urgency": "emergency", "petitioner": map[string]any{"name": "甲某某", "phone": phone}})
	require.NoError(t, err)
	word := <-told
	require.Contains(t, word, `"unread":1`)
	require.NotContains(t, word, v.No)

	var page box
	require.Eventually(t, func() bool {
		page = inbox(t, first, "duty.220422", "/notices?after=start")
		return len(page.Items) == 1
	}, 30*time.Second, 20*time.Millisecond)
	require.Equal(t, v.No, page.Items[0].No)

	second := &demo.Client{Base: "http://" + p.Run(app.Parts{API: true}, telemetry.Options{}), Password: app.DemoPassword}
	// The other process says how things stand; a notice that is still under way is told a moment later.
	stands := fmt.Sprintf(`"id":%d,`, page.Items[0].ID)
	for word = range follow(t, second, "duty.220422") {
		require.Contains(t, word, `"unread":1`)
		if strings.Contains(word, stands) {
			break
		}
	}
	require.Contains(t, word, stands)
	got, err := second.Do(t.Context(), "duty.220422", http.MethodPost, "/api/v1/notices/receipts", "", map[string]any{"read": []int64{page.Items[0].ID}})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, got.Status)
	require.Zero(t, inbox(t, first, "duty.220422", "/notices?unread=true").Unread)
	require.Empty(t, inbox(t, second, "duty.220422", "/notices?after="+page.Next).Items)

	var line string
	require.Eventually(t, func() bool {
		files, _ := filepath.Glob(filepath.Join(p.Config.DataDir, "outbox", "sms-*.jsonl"))
		for _, f := range files {
			b, err := os.ReadFile(f)
			line += string(b)
			require.NoError(t, err)
		}
		return line != ""
	}, 30*time.Second, 20*time.Millisecond)
	require.Contains(t, line, phone)
	require.Contains(t, line, v.No)
	require.NotContains(t, line, "漏水")
	require.Eventually(t, func() bool {
		list := inbox(t, first, "duty.220422", "/cases/"+v.No+"/notices")
		for _, n := range list.Items {
			if n.N == "N1" && len(n.Deliveries) == 1 && n.Deliveries[0].State == "written" {
				return true
			}
		}
		return false
	}, 30*time.Second, 20*time.Millisecond)
}

// box is an inbox as a phone reads it.
type box struct {
	Items []struct {
		ID         int64  `json:"id"`
		N          string `json:"n"`
		No         string `json:"no"`
		Deliveries []struct {
			State string `json:"state"`
		} `json:"deliveries"`
	} `json:"items"`
	Next   string `json:"next_cursor"`
	Unread int    `json:"unread"`
}

func inbox(t *testing.T, c *demo.Client, user, path string) (out box) {
	t.Helper()
	a, err := c.Do(t.Context(), user, http.MethodGet, "/api/v1"+path, "", nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, a.Status, path)
	require.NoError(t, json.Unmarshal(a.Body, &out))
	return out
}

// follow gives the data of the notices a user is told of, from the moment it listens.
func follow(t *testing.T, c *demo.Client, user string) <-chan string {
	t.Helper()
	a, err := c.Do(t.Context(), user, http.MethodPost, "/api/v1/session", "", map[string]any{"username": user, "password": app.DemoPassword})
	require.NoError(t, err)
	var session struct {
		Token string `json:"token"`
	}
	require.NoError(t, json.Unmarshal(a.Body, &session))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.Base+"/api/v1/events", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+session.Token)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	out, ready := make(chan string, 100), make(chan struct{})
	go func() {
		defer func() { _ = res.Body.Close() }()
		event := ""
		for in := bufio.NewScanner(res.Body); in.Scan(); {
			switch name, value, _ := strings.Cut(in.Text(), ": "); {
			case in.Text() == ": following":
				close(ready)
			case name == "event":
				event = value
			case name == "data" && event == "notice":
				out <- value
			}
		}
		close(out)
	}()
	<-ready
	return out
}
