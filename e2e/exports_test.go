package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huajie/internal/demo"
)

// takeOut is what the plays look at of an export.
type takeOut struct {
	ID    int64  `json:"id"`
	State string `json:"state"`
	Rows  int    `json:"rows_done"`
	Sum   string `json:"rows_sha256"`
	File  string `json:"file"`
	Trail []struct {
		Act string `json:"act"`
		By  string `json:"by"`
	} `json:"trail"`
}

// order asks for a list.
func (s *stand) order(user string, body map[string]any) (out takeOut) {
	s.t.Helper()
	a, err := s.Do(context.Background(), user, http.MethodPost, "/api/v1/exports", s.key(), body)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusAccepted, a.Status)
	require.NoError(s.t, a.Into(&out))
	return out
}

// decide answers as the second person.
func (s *stand) decide(user string, id int64, action, note string) error {
	_, err := s.Do(context.Background(), user, http.MethodPost, fmt.Sprintf("/api/v1/exports/%d/actions/%s", id, action), s.key(), map[string]any{"note": note})
	return err
}

// made waits for the worker, and fetches the file.
func (s *stand) made(user string, id int64) (out takeOut, file demo.Answer) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		return s.get(user, fmt.Sprint("/exports/", id), &out) == http.StatusOK && out.State == "done"
	}, 60*time.Second, 100*time.Millisecond)
	file, err := s.Do(context.Background(), user, http.MethodGet, out.File, "", nil)
	require.NoError(s.t, err)
	return out, file
}

// playAListLeavesTheHouse: a list is taken out within the scope of who asks, marked, with
// nobody named in it; with names only when a second person has agreed, and never those of
// cases that are for a few people.
func playAListLeavesTheHouse(t *testing.T, s *stand) {
	words := s.unique()
	in := func(user, area, name, secrecy string) string {
		v := s.registerAs(user, map[string]any{"nature": "help", "summary": words + "小区停水", "channel": "phone", "area": area, "category": "0201", "confidentiality": secrecy,
			"petitioner": map[string]any{"name": name, "phone": "13811112222"}})
		return v.No
	}
	plain := in("win-general.220402", "220402008", "慕容甲乙", "C1")
	secret := in("win-general.220402", "220402008", "上官丙丁", "C2")
	other := in("intake.220403001", "220403001", "欧阳戊己", "C1")
	const asker = "supervisor.220402"
	var form struct {
		MayAsk bool `json:"may_ask"`
	}
	require.Equal(t, http.StatusOK, s.get(asker, "/exports/form", &form))
	require.True(t, form.MayAsk)
	request := map[string]any{"list": "cases", "format": "csv", "reason": "季度督查通报使用", "query": map[string]any{"q": words, "sort": "created_at"},
		"columns": []string{"no", "summary", "petitioner_name", "petitioner_phone"}}

	e, file := s.made(asker, s.order(asker, request).ID)
	rows := rowsOf(t, file.Body)
	line := rows[1][4]
	require.Equal(t, [][]string{{"编号", "事项摘要", "诉求人", "联系电话", "水印"}, {plain, words + "小区停水", "慕**", "138****2222", line}}, rows[:2],
		"a sensitive case is not found by its words")
	require.Len(t, rows, 3)
	require.Contains(t, line, asker)
	require.Contains(t, rows[2][0], "季度督查通报使用")
	require.Contains(t, rows[2][0], e.Sum)
	body, _, _ := strings.Cut(strings.TrimPrefix(string(file.Body), "\uFEFF"), "# ")
	sum := sha256.Sum256([]byte(body))
	require.Equal(t, e.Sum, hex.EncodeToString(sum[:]))
	require.NotContains(t, string(file.Body), other)
	require.Contains(t, file.Header.Get("Content-Disposition"), "attachment")
	require.Equal(t, "nosniff", file.Header.Get("X-Content-Type-Options"))
	for _, user := range []string{"director.220402", "supervisor2.220402", "citysup.220400"} {
		require.Equal(t, http.StatusNotFound, s.get(user, fmt.Sprintf("/exports/%d/file", e.ID), nil), user)
	}
	require.Equal(t, http.StatusForbidden, statusOf(s.refusedExport("disp.220402", request)))

	request["query"] = map[string]any{"q": secret}
	_, byNumber := s.made(asker, s.order(asker, request).ID)
	require.Equal(t, []string{secret, "〔敏感件,内容不导出〕", "上**", "138****2222"}, rowsOf(t, byNumber.Body)[1][:4])
	request["query"] = map[string]any{"area": "220402008", "sort": "-created_at"}
	request["identities"] = true
	require.Equal(t, http.StatusForbidden, statusOf(s.refusedExport("director.220402", request)), "who may not look at one takes none out")
	named := s.order(asker, request)
	require.Equal(t, "waiting", named.State)
	require.Equal(t, http.StatusForbidden, statusOf(s.decide(asker, named.ID, "approve", "")), "nobody agrees with oneself")
	require.Equal(t, http.StatusNotFound, statusOf(s.decide("director.220403", named.ID, "approve", "")))
	require.NoError(t, s.decide("director.220402", named.ID, "approve", ""))
	e, file = s.made(asker, named.ID)
	rows = rowsOf(t, file.Body)
	for _, want := range [][]string{{plain, words + "小区停水", "慕容甲乙", "13811112222"}, {secret, "〔敏感件,内容不导出〕", "上**", "138****2222"}} {
		i := slices.IndexFunc(rows, func(row []string) bool { return row[0] == want[0] })
		require.Positive(t, i)
		require.Equal(t, want, rows[i][:4])
	}
	require.Contains(t, rows[len(rows)-1][0], "审批人:director.220402")
	require.Equal(t, http.StatusOK, s.get(asker, fmt.Sprint("/exports/", named.ID), &e))
	var acts []string
	for _, x := range e.Trail {
		acts = append(acts, x.Act)
	}
	require.Equal(t, []string{"requested", "approved", "made"}, acts)

	declined := s.order(asker, request)
	require.NoError(t, s.decide("cleader.220402", declined.ID, "decline", "用途不明确"))
	require.Equal(t, http.StatusConflict, s.get(asker, fmt.Sprintf("/exports/%d/file", declined.ID), nil))
	var page struct {
		Items []takeOut `json:"items"`
	}
	require.Equal(t, http.StatusOK, s.get(asker, "/exports", &page))
	require.Len(t, page.Items, 4)

	back := s.order(asker, request)
	require.NoError(t, s.decide(asker, back.ID, "withdraw", ""))
	require.Equal(t, http.StatusConflict, statusOf(s.decide("director.220402", back.ID, "approve", "")))

	for _, list := range []string{"overdue", "whistles", "stats_235"} {
		_, file = s.made("citysup.220400", s.order("citysup.220400", map[string]any{"list": list, "format": "xlsx", "reason": "季度督查通报使用"}).ID)
		x, err := excelize.OpenReader(bytes.NewReader(file.Body))
		require.NoError(t, err)
		notes, err := x.GetRows("导出说明")
		require.NoError(t, err)
		require.Contains(t, notes, []string{"用途", "季度督查通报使用"})
		require.NoError(t, x.Close())
	}
}

func (s *stand) refusedExport(user string, body map[string]any) error {
	_, err := s.Do(context.Background(), user, http.MethodPost, "/api/v1/exports", s.key(), body)
	return err
}

func rowsOf(t *testing.T, file []byte) [][]string {
	t.Helper()
	text := string(file)
	require.True(t, strings.HasPrefix(text, "\uFEFF"))
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF"))).ReadAll()
	require.NoError(t, err)
	return rows
}

// playPublicFigures: everybody may read how many matters there are, and nobody how few.
func playPublicFigures(t *testing.T, s *stand) {
	s.registerAs("win-general.220422", map[string]any{"nature": "help", "summary": s.unique() + "路灯不亮", "channel": "phone", "area": "220422100",
		"petitioner": map[string]any{"anonymous": true}})
	type shown struct {
		Shown string `json:"shown"`
		Value *int   `json:"value"`
	}
	var out struct {
		Month struct {
			Total shown   `json:"total"`
			Kinds []shown `json:"by_kind"`
		} `json:"month"`
		Today struct {
			Total shown `json:"total"`
		} `json:"today"`
	}
	require.Equal(t, http.StatusOK, s.get("", "/public/figures?county=220422", &out))
	for _, f := range append(out.Month.Kinds, out.Month.Total, out.Today.Total) {
		require.True(t, f.Value == nil && strings.HasPrefix(f.Shown, "<") || f.Value != nil && *f.Value >= 5 && *f.Value%5 == 0, f)
	}
	require.Equal(t, http.StatusNotFound, s.get("", "/public/figures?county=220498", nil), "exercises are nobody's matter")
}
