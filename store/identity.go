package store

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/mask"
	"huajie/domain/notice"
	"huajie/domain/view"
)

// Reveal gives the person behind a case, unmasked, and records the read in the same
// transaction: what cannot be recorded is not read. Whether whoever asks may is for the
// caller: an entry that says refused is recorded, and nobody is shown. Beyond the limits it is
// refused with domain.CodeTooMany, which is recorded too. A reason that names the person is kept
// with the name masked, without a word: an answer would confirm a guess, and confirm it without
// a record. The first time in an hour that more was asked for than the limits, granted or not, the alarms are sent, once to each audience
// (§6 item 92). ok is false where nobody is known.
func (s *Store) Reveal(ctx context.Context, no string, e audit.Entry, most view.UnmaskLimits, alarms []notice.Message) (p view.Person, ok bool, err error) {
	var over, alarmed bool
	asked, why := e.Outcome, e.Reason
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		p, ok, err = s.person(tx.QueryRow(ctx, personOf+` WHERE cases.no = $1`, no))
		if err != nil || !ok && asked != audit.Refused {
			return err
		}
		if e.Outcome, e.Reason = asked, why; ok && namesPerson(why, p.Name) {
			e.Reason = strings.ReplaceAll(why, p.Name, mask.Name(p.Name))
		}
		last, at, err := holdAudit(ctx, tx)
		if err != nil {
			return err
		}
		past, err := readLately(ctx, tx, e.Actor, notice.Audience(alarms), at)
		if err != nil {
			return err
		}
		if over = asked != audit.Refused && past.granted.beyond(most); over {
			e.Outcome = audit.Refused
		}
		entries := []audit.Entry{e}
		if alarmed = past.asked.beyond(most) && !past.alarmed; alarmed {
			entries = append(entries, audit.Entry{Actor: e.Actor, Via: "system", Kind: audit.IdentityAlarm, Object: no, Reason: notice.Audience(alarms), Outcome: audit.OK, Request: e.Request})
			if err := sendAlarms(ctx, tx, alarms, at); err != nil {
				return err
			}
		}
		_, err = s.linkAudit(ctx, tx, last, at, entries)
		return err
	})
	if err == nil && alarmed {
		for _, m := range alarms { // whoever listens looks into the inbox
			s.teller.changed(m.No, m.Seq)
		}
	}
	switch {
	case err != nil, asked == audit.Refused:
		return view.Person{}, false, err
	case over:
		return view.Person{}, false, refusal(domain.CodeTooMany, "identity_reads", "查看身份次数超过上限,监督人员已获通知", "too many identities were looked at; the overseers have been told")
	}
	return p, ok, nil
}

// namesPerson tells whether words name a person. A name of one character is part of any words.
func namesPerson(words, name string) bool {
	return utf8.RuneCountInString(name) > 1 && strings.Contains(words, name)
}

// reads are how many identities an account has read, or asked for.
type reads struct{ hour, day int }

func (r reads) beyond(most view.UnmaskLimits) bool { return r.hour >= most.Hour || r.day >= most.Day }

// asking is what an account has done in the last hour and day.
type asking struct {
	granted, asked reads
	alarmed        bool // this audience was told within the hour
}

func readLately(ctx context.Context, tx pgx.Tx, actor, audience string, at time.Time) (l asking, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE kind = $2 AND outcome = 'ok' AND at > $4), count(*) FILTER (WHERE kind = $2 AND outcome = 'ok'),
		count(*) FILTER (WHERE kind = $2 AND at > $4), count(*) FILTER (WHERE kind = $2), coalesce(bool_or(kind = $3 AND reason = $6 AND at > $4), false)
		FROM audit_log WHERE actor = $1 AND kind IN ('identity_read', 'identity_alarm') AND at > $5`,
		actor, audit.IdentityRead, audit.IdentityAlarm, at.Add(-time.Hour), at.AddDate(0, 0, -1), audience).
		Scan(&l.granted.hour, &l.granted.day, &l.asked.hour, &l.asked.day, &l.alarmed)
	return l, err
}

// sendAlarms writes notices that no event has caused.
func sendAlarms(ctx context.Context, tx pgx.Tx, list []notice.Message, at time.Time) error {
	if len(list) == 0 {
		return nil
	}
	rows := make([]noticeRow, len(list))
	for i, m := range list {
		rows[i] = rowOf(m, at, false)
	}
	batch := &pgx.Batch{}
	batch.Queue(insertNotices, rows)
	return tx.SendBatch(ctx, batch).Close()
}
