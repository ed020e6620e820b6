package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/domain/whistle"
)

// Photos gives the whole photos of these ids, each with its twins under a search. Ids of
// what is not whole, has malware in it or was withheld are left out.
func (s *Store) Photos(ctx context.Context, ids []string, search evidence.Search) (map[string]evidence.Photo, error) {
	out, err := photos(ctx, s.pool, ids, search)
	return out, fault(err)
}

// Photos gives the photos a decision may look at.
func (c *current) Photos(ids []string, search evidence.Search) (map[string]evidence.Photo, error) {
	return photos(c.ctx, c.tx, ids, search)
}

func photos(ctx context.Context, q querier, ids []string, search evidence.Search) (map[string]evidence.Photo, error) {
	out := map[string]evidence.Photo{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := q.Query(ctx, `SELECT `+uploadColumns+` FROM files WHERE id = ANY ($1) AND state = 'complete' AND scan <> 'infected' AND NOT `+isWithheld, ids)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, scanUpload)
	if err != nil || len(found) == 0 {
		return out, err
	}
	for _, u := range found {
		out[u.ID] = *u.Photo
	}
	return out, twins(ctx, q, out, found, search)
}

// mostTwins bounds what is told of a photo that was shown over and over.
const mostTwins = 100

// A photo is compared with those of its county that have a band of its look, or with all where a
// search is too wide for that; and with those that are the same.
const (
	inBands = `((look & 65535) = ANY (@band0) OR ((look >> 16) & 65535) = ANY (@band1) OR ((look >> 32) & 65535) = ANY (@band2) OR ((look >> 48) & 65535) = ANY (@band3))`
	inAll   = `true`
	twinsOf = `WITH near AS MATERIALIZED (
			SELECT id, account, completed_at, sha256 = @sha AS same, bit_count((look # @look)::bit(64)) AS bits FROM files
			WHERE state = 'complete' AND county = @county AND completed_at >= @since AND look <> 0 AND @look <> 0 AND %s
				AND bit_count((look # @look)::bit(64)) <= @bits
			UNION
			SELECT id, account, completed_at, true, bit_count((look # @look)::bit(64)) FROM files
			WHERE state = 'complete' AND sha256 = @sha AND county = @county AND (completed_at >= @since OR id = @id))
		SELECT near.id, coalesce(c.no, ''), account, completed_at, same, bits
		FROM near LEFT JOIN LATERAL (SELECT no FROM case_files WHERE file_id = near.id ORDER BY at, no LIMIT 1) c ON true
		WHERE c.no IS NOT NULL OR near.id <> @id AND (account <> @account OR same AND near.id = ANY (@asked))
		ORDER BY same DESC, completed_at, near.id LIMIT @most`
)

// twins finds what is like the photos among those of their counties: it says what
// evidence.Search.IsTwin says.
func twins(ctx context.Context, q querier, photos map[string]evidence.Photo, found []evidence.Upload, search evidence.Search) error {
	asked := slices.Sorted(maps.Keys(photos))
	batch := &pgx.Batch{}
	for _, u := range found {
		p, among := photos[u.ID], inAll
		sum, err := hex.DecodeString(p.SHA256)
		if err != nil {
			return err
		}
		args := pgx.NamedArgs{"id": u.ID, "county": u.County, "account": u.By, "sha": sum, "look": int64(p.PHash),
			"since": search.Since, "bits": search.Bits, "asked": asked, "most": mostTwins}
		bands, ok := search.Bands(p.PHash)
		if ok {
			among = inBands
		}
		for n, b := range bands {
			args[fmt.Sprint("band", n)] = b
		}
		batch.Queue(fmt.Sprintf(twinsOf, among), args).Query(func(rows pgx.Rows) error {
			var t evidence.Twin
			_, err := pgx.ForEachRow(rows, []any{&t.ID, &t.Case, &t.By, &t.At, &t.Same, &t.Bits}, func() error {
				t.At = t.At.UTC()
				p.Twins = append(p.Twins, t)
				return nil
			})
			photos[u.ID] = p
			return err
		})
	}
	return q.SendBatch(ctx, batch).Close()
}

// queueAttached notes which photos a change has attached to a case or a whistle,
// with the event that brought them. That they are whole was seen in the same transaction.
func queueAttached(batch *pgx.Batch, st *stream, state machine.Subject, last machine.Event) {
	for _, a := range attachedTo(st, state) {
		batch.Queue(attach, st.no, last.Seq, a.File, a.Purpose, last.RecordedAt, a.Flags)
	}
	queueWithheld(batch, st, state)
}

// attach notes a photo once, if it is still there.
const attach = `INSERT INTO case_files (no, seq, file_id, purpose, at, flags) SELECT $1, $2, id, $4, $5, $6 FROM files
	WHERE id = $3 AND NOT EXISTS (SELECT FROM case_files c WHERE c.no = $1 AND c.file_id = $3) ON CONFLICT DO NOTHING`

// putPhotos puts back which photos are attached, each with the change that brought it: the
// state at the end may not hold all of them any more, and does not tell when they came.
func putPhotos(ctx context.Context, tx pgx.Tx, f Found, whole []machine.Event, out *Rebuilt) error {
	if !holdsPhotos(f.Kind) {
		return nil
	}
	fresh, err := freshOf(f.Kind)
	if err != nil {
		return err
	}
	end := map[int]int{} // last event of the change an event belongs to
	for _, c := range f.Commands {
		for seq := c.From; seq <= min(c.To, len(whole)); seq++ {
			end[seq] = min(c.To, len(whole))
		}
	}
	state, known, again := fresh(), map[string]bool{}, map[string]bool{}
	for _, e := range whole {
		if state, err = machine.Evolve(state, fresh, e); err != nil {
			return err
		}
		state.GetHead().No = e.No
		for _, a := range attachedTo(&stream{}, state) {
			if known[a.File] {
				continue
			}
			known[a.File] = true
			last := e
			if to := end[e.Seq]; to > 0 {
				last = whole[to-1]
			}
			tag, err := tx.Exec(ctx, attach, f.No, last.Seq, a.File, a.Purpose, last.RecordedAt, a.Flags)
			if err != nil {
				return err
			}
			again[a.File] = again[a.File] || tag.RowsAffected() > 0
		}
	}
	if err := putWithheld(ctx, tx, f.No, state, again); err != nil {
		return err
	}
	for _, put := range again {
		if put {
			out.Photos++
		}
	}
	return nil
}

// holdsPhotos tells whether cases of a kind hold photos.
func holdsPhotos(kind string) bool {
	return kind == activities.KindGrievance || kind == activities.KindGridEvent || kind == activities.KindWhistle
}

// attachedTo are the photos a state holds, without those an event is known to have held before.
func attachedTo(st *stream, state machine.Subject) (out []evidence.Attachment) {
	add := func(id string, purpose evidence.Purpose, codes []string) {
		a := evidence.Attachment{File: id, Purpose: purpose, Flags: []evidence.Flag{}}
		for _, code := range codes {
			a.Flags = append(a.Flags, evidence.Flag{Code: code})
		}
		out = append(out, a)
	}
	switch x := state.(type) {
	case *grievance.Case:
		for _, p := range x.Photos { // few, and noted once each
			add(p.ID, evidence.Supplement, p.Flags)
		}
	case *gridevent.Event:
		for _, p := range x.Photos[min(len(st.before().Photos), len(x.Photos)):] {
			add(p.ID, p.Purpose, p.Flags)
		}
	case *whistle.Whistle:
		for _, unit := range x.Units() {
			for _, p := range x.Seats[unit].Photos {
				add(p.ID, evidence.After, p.Flags)
			}
		}
	}
	return out
}

// CaseFiles gives the photos attached to a case in scope, in the order they were. With
// only they are those of one account.
func (s *Store) CaseFiles(ctx context.Context, scope view.Scope, no, only string) ([]view.CaseFile, error) {
	w := within(scope)
	w.reads(scope)
	w.and("cases.no = ?", no)
	if only != "" {
		w.and("files.account = ?", only)
	}
	rows, err := s.pool.Query(ctx, `SELECT c.purpose, c.seq, c.at, c.flags, `+isWithheld+`, files.gone_at, `+uploadColumns+`
		FROM cases JOIN case_files c ON c.no = cases.no JOIN files ON files.id = c.file_id`+w.String()+` ORDER BY c.seq, files.taken_at, files.id`, w.args...)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f view.CaseFile, err error) {
		var flags []byte
		var withheld bool
		var gone *time.Time
		u, err := scanUpload(after{row, []any{&f.Purpose, &f.Seq, &f.AttachedAt, &flags, &withheld, &gone}})
		if err != nil {
			return f, err
		}
		p := u.Photo
		f.Scan = u.Scan
		if evidence.IsSender(p.By) { // the number of the case is no account
			p.By = domain.Petitioner
		}
		f.ID, f.By, f.SHA256, f.Size, f.Width, f.Height = p.ID, p.By, p.SHA256, p.Bytes, p.Width, p.Height
		f.TakenAt, f.UploadedAt, f.AttachedAt = p.TakenAt, p.UploadedAt, f.AttachedAt.UTC()
		f.Position, f.Accuracy, f.Source, f.Device = p.At, p.Accuracy, p.Source, p.Device
		if withheld { // where and by what it was taken goes with what it shows
			f.Withheld, f.Position, f.Accuracy, f.Device = &view.PhotoWithheld{GoneAt: orZero(gone)}, nil, 0, ""
		}
		err = json.Unmarshal(flags, &f.Flags)
		for i := range f.Flags {
			f.Flags[i] = f.Flags[i].Told()
		}
		return f, err
	})
	return out, fault(err)
}

// after is a row some of whose first columns are read elsewhere.
type after struct {
	pgx.CollectableRow
	first []any
}

// Scan implements pgx.CollectableRow.
func (a after) Scan(dest ...any) error { return a.CollectableRow.Scan(append(a.first, dest...)...) }

// FileObject names the copy of a photo for an account that has uploaded it, or
// may read a case or see a whistle that it is attached to, and tells what a scanner said of it.
// One that was withheld is domain.CodeGone for all of them.
func (s *Store) FileObject(ctx context.Context, scope view.Scope, account, id string, thumb bool) (object [32]byte, scan evidence.ScanState, err error) {
	w := within(scope)
	w.reads(scope)
	w.clauses = append(w.clauses, "c.file_id = files.id")
	sees := `EXISTS (SELECT FROM case_files c JOIN cases ON cases.no = c.no` + w.String() + `)`
	w = &where{args: w.args, clauses: []string{"c.file_id = files.id"}}
	w.seesWhistles(scope)
	sees += ` OR EXISTS (SELECT FROM case_files c JOIN whistles ON whistles.no = c.no` + w.String() + `)`
	w = &where{args: w.args}
	w.and("id = ? AND state = 'complete'", id)
	w.and("account = ? OR "+sees, account)
	column := "full_sha256"
	if thumb {
		column = "thumb_sha256"
	}
	var name []byte
	var withheld bool
	if err := s.pool.QueryRow(ctx, `SELECT `+column+`, scan, gone_at IS NOT NULL OR `+isWithheld+` FROM files`+w.String(), w.args...).Scan(&name, &scan, &withheld); err != nil {
		return object, "", fault(err)
	}
	if withheld {
		return object, "", errWithheld()
	}
	if len(name) != len(object) {
		return object, "", fmt.Errorf("store: a photo is kept under no hash: %s", hex.EncodeToString(name))
	}
	return [32]byte(name), scan, nil
}
