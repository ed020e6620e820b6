package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"

	"huajie/domain/view"
)

// Known is a person as one registration has kept them.
type Known struct {
	view.Person
	Since time.Time
}

// KnownBy gives the persons with a telephone or document number, whichever is given. Numbers are
// found by a keyed index of what was entered, so they are tried as people write them.
func (s *Store) KnownBy(ctx context.Context, phone, idNo string) ([]Known, error) {
	phones, err := s.lookups("phone", spellings(phone))
	if err != nil {
		return nil, err
	}
	documents, err := s.lookups("id_no", []string{idNo, strings.ToUpper(idNo), strings.ToLower(idNo)})
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `SELECT id, name, phone, id_type, id_no, address, kind, language, via_centre, created_at FROM persons
		WHERE phone_index = ANY ($1) OR id_no_index = ANY ($2) ORDER BY created_at, id`, phones, documents)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k Known, err error) {
		if err = row.Scan(&k.ID, &k.Name, &k.Phone, &k.IDType, &k.IDNo, &k.Address, &k.Kind, &k.Language, &k.ViaCentre, &k.Since); err != nil {
			return k, err
		}
		k.Since = k.Since.UTC()
		return k, s.openPerson(&k.Person)
	})
	return out, fault(err)
}

func (s *Store) lookups(column string, numbers []string) ([][]byte, error) {
	out := [][]byte{}
	for _, n := range numbers {
		index, err := s.lookup(column, n)
		if err != nil {
			return nil, err
		}
		if index != nil {
			out = append(out, index)
		}
	}
	return out, nil
}

// spellings are the ways in which people write a telephone number.
func spellings(phone string) []string {
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, strings.TrimPrefix(strings.TrimSpace(phone), "+86"))
	out := []string{phone, digits}
	if len(digits) == 13 && strings.HasPrefix(digits, "86") {
		digits = digits[2:]
		out = append(out, digits)
	}
	if len(digits) == 11 {
		a, b, c := digits[:3], digits[3:7], digits[7:]
		out = append(out, a+"-"+b+"-"+c, a+" "+b+" "+c, "+86"+digits, "+86 "+digits, "86"+digits, "+86-"+digits)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// KnownFile is a file somebody raised.
type KnownFile struct {
	File
	Person    string
	State     string
	Level     string
	Category  string
	CreatedAt time.Time
	Summary   string
	Details   map[string]any
	Photos    int
}

// FilesOf gives the files persons have raised, the oldest first.
func (s *Store) FilesOf(ctx context.Context, persons []string) ([]KnownFile, error) {
	rows, err := s.pool.Query(ctx, `SELECT c.no, c.petitioner, c.state, c.level, c.category, c.created_at, c.summary, coalesce(d.details, '{}'),
			(SELECT count(*) FROM case_files f WHERE f.no = c.no)
		FROM cases c LEFT JOIN intake_details d ON d.no = c.no WHERE c.petitioner = ANY ($1) AND c.petitioner <> '' ORDER BY c.created_at, c.no`, persons)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k KnownFile, err error) {
		var summary string
		var details []byte
		if err = row.Scan(&k.No, &k.Person, &k.State, &k.Level, &k.Category, &k.CreatedAt, &summary, &details, &k.Photos); err != nil {
			return k, err
		}
		k.CreatedAt = k.CreatedAt.UTC()
		if k.Summary, err = s.fields.Open(summary, summaryPlace(k.No)); err != nil {
			return k, err
		}
		if details, err = s.fields.OpenDocument(details, detailsPlace(k.No)); err != nil {
			return k, err
		}
		return k, json.Unmarshal(details, &k.Details)
	})
	if err != nil {
		return nil, fault(err)
	}
	for i := range out {
		if out[i].File, err = s.FileNamed(ctx, out[i].No); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Told is what the petitioner of a case was told, and how it left the house.
type Told struct {
	No    string    `json:"case"`
	N     string    `json:"notice"`
	At    time.Time `json:"at"`
	Title string    `json:"title"`
	Body  string    `json:"body"`
	Sent  []string  `json:"sent,omitempty"` // channel and what became of it
}

// ToldOf gives the notices to the petitioners of cases.
func (s *Store) ToldOf(ctx context.Context, nos []string) ([]Told, error) {
	rows, err := s.pool.Query(ctx, `SELECT to_case, n, at, title_zh, body_zh,
			coalesce((SELECT array_agg(d.channel || ' ' || d.state ORDER BY d.id) FROM deliveries d WHERE d.notice_id = notices.id AND d.person <> ''), '{}')
		FROM notices WHERE to_case = ANY ($1) ORDER BY at, id`, nos)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t Told, err error) {
		err = row.Scan(&t.No, &t.N, &t.At, &t.Title, &t.Body, &t.Sent)
		t.At = t.At.UTC()
		return t, err
	})
	return out, fault(err)
}

// Looked is a look at who raised a case.
type Looked struct {
	No      string    `json:"case"`
	At      time.Time `json:"at"`
	By      string    `json:"by"` // account
	Purpose string    `json:"purpose"`
	Outcome string    `json:"outcome"`
}

// LookedAt gives who asked for the identity behind cases, as far back as the audit log reaches.
func (s *Store) LookedAt(ctx context.Context, nos []string) ([]Looked, error) {
	rows, err := s.pool.Query(ctx, `SELECT object, at, actor, purpose, outcome FROM audit_log WHERE kind = 'identity_read' AND object = ANY ($1) ORDER BY day, n`, nos)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Looked, err error) {
		err = row.Scan(&l.No, &l.At, &l.By, &l.Purpose, &l.Outcome)
		l.At = l.At.UTC()
		return l, err
	})
	return out, fault(err)
}
