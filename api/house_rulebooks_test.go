package api_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"sync"
	"time"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/publishing"
	"huajie/internal/publish"
)

// ruleShelf keeps drafts and rulebooks as the ledger does.
type ruleShelf struct {
	h         *house
	mu        sync.Mutex
	drafts    []publishing.Draft
	keys      map[string]int
	wants     map[string]string
	published []publishing.Publication
	kept      map[string]map[string][]byte
}

func newRuleShelf(h *house) *ruleShelf {
	return &ruleShelf{h: h, keys: map[string]int{}, wants: map[string]string{}, kept: map[string]map[string][]byte{}}
}

// publishing is where the rulebook of the house is changed.
func (h *house) publishing() *publish.Desk {
	return publish.New(h.holder, newRuleShelf(h), slog.New(slog.DiscardHandler), func() time.Time { return h.now })
}

// copied is a draft that shares nothing with the one it was copied from.
func copied(d publishing.Draft) (out publishing.Draft) {
	b, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic(err)
	}
	return out
}

func (s *ruleShelf) AddDraft(ctx context.Context, d publishing.Draft, key, fingerprint string, most int, by audit.Entry) (publishing.Draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := s.keys[key]; ok && key != "" {
		if s.wants[key] != fingerprint {
			return d, &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused"}
		}
		return copied(s.drafts[i]), nil
	}
	if len(s.drafts) >= most {
		return d, &domain.Error{Code: domain.CodeTooMany, Reason: "too_many_drafts"}
	}
	d.ID = int64(len(s.drafts) + 1)
	if err := s.h.Audit(ctx, d.Noted(publishing.Opened, by)); err != nil {
		return d, err
	}
	s.keys[key], s.wants[key] = len(s.drafts), fingerprint
	s.drafts = append(s.drafts, copied(d))
	return d, s.h.fault()
}

func (s *ruleShelf) Draft(_ context.Context, id int64) (publishing.Draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id < 1 || id > int64(len(s.drafts)) {
		return publishing.Draft{}, domain.NotFound()
	}
	return copied(s.drafts[id-1]), s.h.fault()
}

func (s *ruleShelf) Drafts(context.Context, int) (out []publishing.Draft, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range slices.Backward(s.drafts) {
		out = append(out, copied(d))
	}
	return out, s.h.fault()
}

func (s *ruleShelf) ChangeDraft(ctx context.Context, d publishing.Draft, was int, by audit.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change(ctx, d, was, by)
}

func (s *ruleShelf) change(ctx context.Context, d publishing.Draft, was int, by audit.Entry) error {
	if s.drafts[d.ID-1].Seq != was {
		return &domain.Error{Code: domain.CodeStale, Reason: "stale"}
	}
	if err := s.h.Audit(ctx, d.Noted(d.Last().Act, by)); err != nil {
		return err
	}
	s.drafts[d.ID-1] = copied(d)
	return s.h.fault()
}

func (s *ruleShelf) PublishDraft(ctx context.Context, d publishing.Draft, was int, files map[string][]byte, by audit.Entry) (p publishing.Publication, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if int64(len(s.published)) != d.Publication {
		return p, publishing.ErrReplaced
	}
	if err := s.change(ctx, d, was, by); err != nil {
		return p, err
	}
	s.kept[d.Version] = files
	p = publishing.Publication{ID: d.Publication + 1, Version: d.Version, Draft: d.ID, DraftedBy: d.By, ApprovedBy: d.Last().By, At: d.ChangedAt}
	s.published = append(s.published, p)
	return p, nil
}

func (s *ruleShelf) Publication(context.Context) (p publishing.Publication, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.published); n > 0 {
		p = s.published[n-1]
	}
	return p, s.h.fault()
}

func (s *ruleShelf) KeptRulebooks(context.Context, int) (out []publishing.Kept, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range slices.Backward(s.published) {
		out = append(out, publishing.Kept{Version: p.Version, KeptAt: p.At, KeptBy: "console", Publication: &p})
	}
	return out, s.h.fault()
}

func (s *ruleShelf) Rulebook(_ context.Context, version string) (map[string][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if files, ok := s.kept[version]; ok {
		return files, nil
	}
	return nil, domain.NotFound()
}

func (s *ruleShelf) Rulebooks(context.Context) (out []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for v := range s.kept {
		out = append(out, v)
	}
	return out, s.h.fault()
}

func (s *ruleShelf) SaveRulebook(_ context.Context, version string, files map[string][]byte, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[version] = files
	return nil
}
