package store_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/org"
	"huajie/domain/publishing"
	"huajie/store"
)

var (
	drafter  = domain.Actor{User: "admin", Grants: []org.Grant{{Role: org.RoleSysAdmin, Unit: "220400"}}}
	approver = domain.Actor{User: "city", Grants: []org.Grant{{Role: org.RoleCitySupervisor, Unit: "220400"}}}
)

// handedIn is a draft that waits for the second person.
func handedIn(t *testing.T, s *store.Store, publication int64) publishing.Draft {
	t.Helper()
	d, err := publishing.Open(drafter, "2027年节假日", "v1", publication, day)
	require.NoError(t, err)
	words := "year: 2027 # 秘密的内容\n"
	require.NoError(t, d.Put(drafter, "calendar/2027.yaml", &words, nil, day))
	require.NoError(t, d.Put(drafter, "calendar/2024.yaml", nil, &words, day))
	d, err = s.AddDraft(t.Context(), d, "", "", 100, atTheDoor)
	require.NoError(t, err)
	was := d.Seq
	require.NoError(t, d.Submit(drafter, "", 0, day))
	require.NoError(t, s.ChangeDraft(t.Context(), d, was, atTheDoor))
	return d
}

func approved(t *testing.T, d publishing.Draft, version string) (publishing.Draft, int) {
	t.Helper()
	was := d.Seq
	require.NoError(t, d.Approve(approver, "同意", version, d.Base, d.Publication, 0, day))
	return d, was
}

func TestADraftIsKeptAsItIs(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	d := handedIn(t, s, 0)
	got, err := s.Draft(t.Context(), d.ID)
	require.NoError(t, err)
	assert.Equal(t, d.Files, got.Files, "files that are taken out, too")
	assert.Equal(t, d.Trail, got.Trail)
	assert.Equal(t, publishing.Submitted, got.State)
	list, err := s.Drafts(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, "", *list[0].Files["calendar/2027.yaml"], "a list does not carry what is in the files")

	stale := got
	require.NoError(t, got.Withdraw(drafter, day))
	require.NoError(t, s.ChangeDraft(t.Context(), got, stale.Seq, atTheDoor))
	require.NoError(t, stale.Withdraw(drafter, day))
	assert.Equal(t, domain.CodeStale, domain.CodeOf(s.ChangeDraft(t.Context(), stale, stale.Seq-1, atTheDoor)))
	_, err = s.Draft(t.Context(), 99)
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))

	one, err := s.AddDraft(t.Context(), d, "k", "f", 100, atTheDoor)
	require.NoError(t, err)
	two, err := s.AddDraft(t.Context(), d, "k", "f", 100, atTheDoor)
	require.NoError(t, err)
	assert.Equal(t, one.ID, two.ID)
	_, err = s.AddDraft(t.Context(), d, "k", "other", 100, atTheDoor)
	assert.Equal(t, domain.CodeKeyReused, domain.CodeOf(err))
	_, err = s.AddDraft(t.Context(), d, "", "", 2, atTheDoor)
	assert.Equal(t, domain.CodeTooMany, domain.CodeOf(err))
}

// TestOneIsPublishedAtATime: of two drafts on the same version one is published, whoever comes at once; the other was
// begun on what is no longer in force.
func TestOneIsPublishedAtATime(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	p, err := s.Publication(t.Context())
	require.NoError(t, err)
	require.Zero(t, p.ID)
	files := map[string][]byte{"policy.yaml": []byte("x")}
	var both sync.WaitGroup
	answers := make([]error, 2)
	for i, version := range []string{"a", "b"} {
		d, was := approved(t, handedIn(t, s, 0), version)
		both.Go(func() { _, answers[i] = s.PublishDraft(t.Context(), d, was, files, atTheDoor) })
	}
	both.Wait()
	refused := 0
	for _, err := range answers {
		if domain.ReasonOf(err) == "base_replaced" {
			refused++
			continue
		}
		require.NoError(t, err)
	}
	assert.Equal(t, 1, refused)
	p, err = s.Publication(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "admin city", p.DraftedBy+" "+p.ApprovedBy)
	kept, err := s.Rulebook(t.Context(), p.Version)
	require.NoError(t, err)
	assert.Equal(t, files, kept)
	versions, err := s.KeptRulebooks(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, versions, 1)
	assert.Equal(t, p, *versions[0].Publication)
	d, err := s.Draft(t.Context(), p.Draft)
	require.NoError(t, err)
	assert.Equal(t, publishing.Published, d.State)

	require.NoError(t, s.ReleaseRulebook(t.Context(), "王", "目录中的版本更新"))
	p, err = s.Publication(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "", p.Version)
	assert.Greater(t, p.ID, int64(1))
}

// TestNobodyPublishesAloneInTheLedger: not even by SQL that looks like it.
func TestNobodyPublishesAloneInTheLedger(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	d := handedIn(t, s, 0)
	require.NoError(t, s.SaveRulebook(t.Context(), "v9", map[string][]byte{"a": {1}}, "x"))
	c := raw(t, url)
	for _, row := range []string{`('v9', $1, 'admin', 'admin', now())`, `('v9', $1, 'admin', '', now())`} {
		_, err := c.Exec(t.Context(), `INSERT INTO rulebook_publications (version, draft, drafted_by, approved_by, published_at) VALUES `+row, d.ID)
		assert.ErrorContains(t, err, "publication_needs_two")
	}
}

// TestTheLogSaysWhoAndNotWhat: every step is on the audit log, and what is in a draft is not.
func TestTheLogSaysWhoAndNotWhat(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	d, was := approved(t, handedIn(t, s, 0), "v2")
	_, err := s.PublishDraft(t.Context(), d, was, map[string][]byte{"a": {1}}, audit.Entry{Actor: "city", Via: "token 02", Request: "r2"})
	require.NoError(t, err)
	rows, err := s.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	var told []string
	for _, r := range rows {
		told = append(told, string(r.Kind)+" "+r.Object+" "+r.Reason)
	}
	assert.Equal(t, []string{"rulebook_drafted draft 1: opened ", "rulebook_drafted draft 1: submitted ", "rulebook_published v2 draft 1"}, told)
}
