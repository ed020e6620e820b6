package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/receipt"
	"huajie/internal/app"
	"huajie/internal/cli"
	"huajie/internal/demo"
	"huajie/internal/notary"
)

// auditOf are the entries about something, oldest first: who, what, outcome.
func (s *stand) auditOf(object string) (out []string) {
	s.t.Helper()
	rows, err := s.app.Store.AuditRows(context.Background(), calendar.DateOf(time.Now()))
	require.NoError(s.t, err)
	for _, r := range rows {
		if r.Object == object {
			out = append(out, r.Actor+" "+string(r.Kind)+" "+r.Outcome)
		}
	}
	return out
}

// command runs the command line on a document as an operator of this product would, and
// gives its exit code.
func (s *stand) command(document []byte, args ...string) int {
	s.t.Helper()
	dir := s.t.TempDir()
	file, settings := filepath.Join(dir, "document.json"), filepath.Join(dir, "huajie.yaml")
	require.NoError(s.t, os.WriteFile(file, document, 0o600))
	require.NoError(s.t, os.WriteFile(settings, fmt.Appendf(nil, "data_dir: %q\ndatabase_url: %q\n", s.app.Config.DataDir, s.app.Config.DatabaseURL), 0o600))
	return cli.Run(append(args, file, "--config", settings), "test")
}

type identity struct {
	Masked    bool
	Withheld  bool
	MayUnmask bool `json:"may_unmask"`
	Person    map[string]any
}

// playUnmask: who raised a matter is shown masked, and unmasked to those who work on it, for a
// purpose, on record. A unit never learns who asked to be reached through the centre.
func playUnmask(t *testing.T, s *stand) {
	who := map[string]any{"name": "丁某某", "phone": "13712345678", "id_no": "220402197001011234", "address": "福镇街道福阳社区3号楼"}
	v := s.inHand(map[string]any{"petitioner": who})
	why := map[string]any{"purpose": "visit", "reason": "约定上门查看时间"}
	unmask := func(user, no string) (answer, identity) {
		a, id := s.ask(altered{}, user, http.MethodPost, "/cases/"+no+"/unmask", why), identity{}
		if a.Status == http.StatusOK {
			require.NoError(t, a.Into(&id))
		}
		return a, id
	}
	_, id := unmask("win-general.220402", v.No)
	require.Equal(t, who, id.Person)
	_, id = unmask("handler."+housing, v.No)
	require.Equal(t, who, id.Person)
	refused, _ := unmask("leader."+housing, v.No)
	require.Equal(t, []any{http.StatusForbidden, "identity_not_on_case"}, []any{refused.Status, refused.Reason})
	require.Equal(t, http.StatusOK, s.get("handler."+housing, "/cases/"+v.No+"/petitioner", &id))
	require.True(t, id.Masked)
	require.Equal(t, map[string]any{"name": "丁**", "phone": "137****5678", "id_no": "220***********1234", "address": "福镇街道福阳社区***"}, id.Person)
	require.Equal(t, []string{"win-general.220402 identity_read ok", "handler." + housing + " identity_read ok", "leader." + housing + " identity_read refused"}, s.auditOf(v.No))

	back := s.ask(altered{header: s.keyed()}, "win-general.220402", http.MethodPost, "/grievances", map[string]any{"nature": "help", "summary": "又来反映", "channel": "walk_in",
		"area": "220402008", "petitioner": id.Person})
	require.Equal(t, http.StatusUnprocessableEntity, back.Status)
	require.ElementsMatch(t, []string{"petitioner.name", "petitioner.phone", "petitioner.id_no", "petitioner.address"}, back.fields())

	who["contact_via_centre"] = true
	hidden := s.inHand(map[string]any{"petitioner": who})
	refused, _ = unmask("handler."+housing, hidden.No)
	require.Equal(t, "identity_via_centre", refused.Reason)
	id = identity{}
	require.Equal(t, http.StatusOK, s.get("handler."+housing, "/cases/"+hidden.No+"/petitioner", &id))
	require.Equal(t, identity{Masked: true, Withheld: true, Person: map[string]any{"contact_via_centre": true}}, id)
	_, id = unmask("win-general.220402", hidden.No)
	require.Equal(t, "丁某某", id.Person["name"])
}

// playReceipt: unit and petitioner get signed receipts that prove the deadlines by themselves,
// and the whole chain where it is carried; a changed one is found out.
func playReceipt(t *testing.T, s *stand) {
	v := s.inHand(map[string]any{"nature": "petition"})
	keys, err := notary.Publics(app.AuditKey(s.app.Config))
	require.NoError(t, err)
	fetch := func(user, path string) (receipt.Receipt, []byte) {
		a := s.ask(altered{}, user, http.MethodGet, path, nil)
		require.Equal(t, http.StatusOK, a.Status)
		r, checks := receipt.Verify(a.Body, keys)
		for _, c := range checks {
			require.True(t, c.OK, c.What.EN)
		}
		return r, a.Body
	}
	unit, _ := fetch("liaison."+housing, "/cases/"+v.No+"/receipt")
	require.Equal(t, []any{v.No, receipt.ForUnit, "statutory", "policy"}, []any{unit.No, unit.For, unit.Clocks[0].Name, unit.Clocks[1].Name})
	require.Len(t, unit.Events, len(unit.Chain))
	whole, document := fetch("disp.220402", "/cases/"+v.No+"/receipt?contents=true")
	require.Equal(t, unit.Chain, whole.Chain)
	require.Contains(t, string(document), `"content":`)
	links, err := s.app.Store.Chain(context.Background(), v.No, false)
	require.NoError(t, err)
	require.Equal(t, links[len(links)-1].Hash, whole.Chain[len(links)-1], "the ledger has the same head")

	petitioner, document := fetch("", "/public/cases/"+v.No+"/receipt?code="+s.codeOf(v.No))
	require.Equal(t, receipt.ForPetitioner, petitioner.For)
	require.Equal(t, unit.Chain, petitioner.Chain)
	require.Less(t, len(petitioner.Events), len(petitioner.Chain))
	require.NotContains(t, string(document), "handler.")
	require.Equal(t, http.StatusNotFound, s.get("", "/public/cases/"+v.No+"/receipt?code=WRONGCODE", nil))
	require.Equal(t, http.StatusNotFound, s.get("disp.220403", "/cases/"+v.No+"/receipt", nil))

	forged := strings.Replace(string(document), `"rulebook":"`, `"rulebook":"x`, 1)
	require.Equal(t, 0, s.command(document, "receipt", "verify", "--ledger"), "the command says so too")
	require.Equal(t, 1, s.command([]byte(forged), "receipt", "verify"))
	for name, change := range map[string]func(*receipt.Receipt){ // signed by the house all the same
		"the state": func(r *receipt.Receipt) { r.State = "closed" },
		"the owner": func(r *receipt.Receipt) { r.OwnerUnit = "220402-D07" },
		"an event":  func(r *receipt.Receipt) { r.Events[1].Type = "withdrawn" },
	} {
		r, _ := fetch("liaison."+housing, "/cases/"+v.No+"/receipt")
		change(&r)
		require.NoError(t, r.Sign(s.app.Notary))
		document, err := json.Marshal(r)
		require.NoError(t, err)
		require.Equal(t, 0, s.command(document, "receipt", "verify"), name)
		require.Equal(t, 1, s.command(document, "receipt", "verify", "--ledger"), name)
	}
	other := filepath.Join(t.TempDir(), "other.pem")
	_, err = notary.OpenKey(other)
	require.NoError(t, err)
	require.Equal(t, 1, s.command(document, "receipt", "verify", "--key", other), "signed by somebody else")

	spot := demo.Spot{Lat: lampPost.Lat, Lon: lampPost.Lon}
	ids, err := s.Photos(context.Background(), gridMember, "to a receipt", spot, 3)
	require.NoError(t, err)
	event, err := s.Report(context.Background(), gridMember, s.key(), map[string]any{"category": "E0203", "description": "路口占道经营,多次劝离无效,影响通行",
		"location": map[string]any{"lat": spot.Lat, "lon": spot.Lon}, "photos": ids})
	require.NoError(t, err)
	fetch(gridMember, "/cases/"+event.No+"/receipt")
}

// playSignIns: who signs in, and who fails to, is on record; what was typed in for a
// name nobody has is not.
func playSignIns(t *testing.T, s *stand) {
	const user = "analyst.220421" // nobody else plays with it
	signIn := func(name, password string) answer {
		return s.ask(altered{}, "", http.MethodPost, "/session", map[string]any{"username": name, "password": password})
	}
	require.Equal(t, http.StatusUnauthorized, signIn(user, "wrong-password").Status)
	require.Equal(t, http.StatusUnauthorized, signIn("my-secret-password", "x-password").Status)
	in := signIn(user, app.DemoPassword)
	require.Equal(t, http.StatusOK, in.Status)
	var session struct{ Token string }
	require.NoError(t, in.Into(&session))
	rows, err := s.app.Store.AuditRows(context.Background(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	var got []string
	for _, r := range rows {
		require.NotContains(t, r.Actor+r.Object+r.Reason, "secret")
		require.NotContains(t, r.Via, session.Token)
		if r.Actor == user {
			got = append(got, string(r.Kind)+" "+r.Outcome)
		}
	}
	require.Equal(t, []string{"sign_in refused", "sign_in ok"}, got[:2])

	// The auditor reads it, and leaves a trace; nobody else does.
	var page struct {
		Items []struct{ Actor, Kind, Outcome string }
	}
	require.Equal(t, http.StatusForbidden, s.get(user, "/audit", nil))
	require.Equal(t, http.StatusOK, s.get("auditor.220400", "/audit?kind=sign_in&actor="+user, &page))
	require.GreaterOrEqual(t, len(page.Items), 2)
	require.Equal(t, "refused", page.Items[0].Outcome)
	page.Items = nil
	require.Equal(t, http.StatusOK, s.get("auditor.220400", "/audit?kind=audit_read", &page))
	require.Len(t, page.Items, 1)
	require.Equal(t, "auditor.220400", page.Items[0].Actor)
}

// auditHolds: whatever was played, every link of the audit log holds, its heads are signed
// outside of the database, and it says nothing of a petitioner.
func auditHolds(t *testing.T, s *stand) {
	ctx := context.Background()
	require.NoError(t, s.app.SignHeads(ctx))
	keys, err := notary.Publics(app.AuditKey(s.app.Config))
	require.NoError(t, err)
	heads, faults, err := notary.ReadHeads(app.AuditHeads(s.app.Config), keys)
	require.NoError(t, err)
	require.Empty(t, faults)
	report, err := s.app.Store.VerifyAudit(ctx, heads)
	require.NoError(t, err)
	require.Empty(t, report.Breaks)
	require.Positive(t, report.Heads)
	require.Greater(t, report.Rows, 15)
	all := strings.Join(s.column(`SELECT concat_ws(' ', actor, via, kind, object, purpose, reason, outcome, request) FROM audit_log`), "\n")
	for _, w := range found([]byte(all), s.judge.told(s.judge.private, s.judge.secrets)) {
		t.Errorf("the audit log holds %q", w)
	}
	kinds := s.column(`SELECT DISTINCT kind FROM audit_log`)
	for _, k := range []audit.Kind{audit.SignIn, audit.IdentityRead, audit.RulebookPublished, audit.UserChanged} {
		require.Contains(t, kinds, string(k))
	}
}
