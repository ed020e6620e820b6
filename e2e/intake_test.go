package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// playDoubleTap: the same words from the same account without a key are one case
// (§6 item 22). Another account, other words or a key of its own are another.
func playDoubleTap(t *testing.T, s *stand) {
	body := map[string]any{"nature": "help", "summary": s.unique() + "路灯不亮", "channel": "phone", "area": "220402003", "petitioner": map[string]any{"name": "甲某", "phone": "13800007777"}}
	type receipt struct {
		No   string `json:"no"`
		Code string `json:"query_code"`
	}
	tap := func(user string, header map[string]string) (r receipt) {
		a := s.ask(altered{header: header}, user, http.MethodPost, "/grievances", body)
		require.Contains(t, []int{http.StatusCreated, http.StatusAccepted}, a.Status)
		require.NoError(t, a.Into(&r))
		return r
	}
	first, again, other := tap("win-general.220402", nil), tap("win-general.220402", nil), tap("intake.220402003", nil)
	keyed := tap("win-general.220402", s.keyed())
	require.Equal(t, first, again)
	require.NotEmpty(t, first.Code)
	nos := map[string]bool{first.No: true, other.No: true, keyed.No: true}
	require.Len(t, nos, 3, "nobody gets the receipt of another's case")
}

// playDoubles: what the same person has brought before is suggested at triage, to
// those who may see it (§4.9 duplicate.window).
func playDoubles(t *testing.T, s *stand) {
	phone := fmt.Sprintf("139%08d", s.n.Add(1))
	bring := func(more map[string]any) string {
		in := map[string]any{"category": "0402", "area": "220402003", "petitioner": map[string]any{"name": "乙某", "phone": phone}}
		for k, v := range more {
			in[k] = v
		}
		return s.register(in).No
	}
	old := bring(nil)
	accused := bring(map[string]any{"nature": "accusation", "respondent_unit": land})
	no := bring(nil)
	bring(map[string]any{"category": "0201"})
	var found struct {
		Items []struct {
			No, Relation string
			Mergeable    bool
		}
		Repeats int
	}
	require.Equal(t, http.StatusOK, s.get("disp.220402", "/cases/"+no+"/similar", &found))
	require.Len(t, found.Items, 1, "same category and place, and no accusation: not %s", accused)
	require.Equal(t, []any{old, "duplicate", true}, []any{found.Items[0].No, found.Items[0].Relation, found.Items[0].Mergeable})
	require.Equal(t, http.StatusNotFound, s.get("disp.220403", "/cases/"+no+"/similar", nil))

	s.do("disp.220402", no, "start-triage", nil)
	require.Equal(t, []any{old}, s.options("disp.220402", no, "merge", "master"))
	merged := s.do("disp.220402", no, "merge", map[string]any{"master": old, "reason": "两次来反映的是一件事"})
	require.Equal(t, "merged", merged.State)
}

// playPrecedent: a ruling joins the duty catalogue for matters like it, and is what
// the next dispatch proposes (§4.4 adjudicate.effect).
func playPrecedent(t *testing.T, s *stand) {
	const category = "1003" // nothing else in these plays is of it
	no := s.toUnit(map[string]any{"category": category}).No
	s.do("disp.220402", no, "start-adjudication", map[string]any{"parties": []string{housing, land}, "arguments": "各执一词"})
	s.do("director.220402", no, "adjudicate", map[string]any{"lead_unit": land, "decision": "由自然资源局承办", "legal_basis": "三定方案"})

	next := s.register(map[string]any{"category": category}).No
	s.do("disp.220402", next, "start-triage", nil)
	require.Equal(t, land, s.field("disp.220402", next, "dispatch", "lead_unit")["default"])
	remembered, _ := s.field("disp.220402", next, "dispatch", "lead_unit")["precedents"].([]any)
	require.Len(t, remembered, 1)
	p, _ := remembered[0].(map[string]any)
	require.Equal(t, []any{no, land, "由自然资源局承办"}, []any{p["no"], p["lead_unit"], p["decision"]})

	var known struct {
		Lead       string `json:"lead_unit"`
		Precedents []struct{ No string }
	}
	require.Equal(t, http.StatusOK, s.get("disp.220402", "/duty/suggest?category="+category+"&area=220402003", &known))
	require.NotEqual(t, land, known.Lead, "the catalogue itself says what it said")
	require.Len(t, known.Precedents, 1)
	require.Equal(t, http.StatusOK, s.get("disp.220403", "/duty/suggest?category="+category+"&area=220403001", &known))
	require.Empty(t, known.Precedents, "another county decides for itself")
}

// field is an input of the form of a step somebody is offered.
func (s *stand) field(user, no, action, name string) map[string]any {
	var offered struct {
		Items []struct {
			Action string
			Fields []map[string]any
		}
	}
	require.Equal(s.t, http.StatusOK, s.get(user, "/cases/"+no+"/actions", &offered))
	for _, o := range offered.Items {
		for _, f := range o.Fields {
			if o.Action == action && f["name"] == name {
				return f
			}
		}
	}
	require.Fail(s.t, "not offered", "%s.%s", action, name)
	return nil
}

func (s *stand) options(user, no, action, name string) []any {
	out, _ := s.field(user, no, action, name)["options"].([]any)
	return out
}
