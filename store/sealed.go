package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"huajie/activities"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/domain/whistle"
	"huajie/internal/seal"
)

// WithFields sets the keys with which names, numbers, addresses and whatever people write are
// sealed in the database (docs/decisions/0017). Without them nothing of that can be written, and
// nothing that was can be read.
func WithFields(f *seal.Fields) Option {
	return func(s *Store, _ *pgxpool.Config) { s.fields = f }
}

// inDocuments tells what in states and events is sealed: all that has letters beyond ASCII or spaces
// in it, and whatever is entered as text. What the database is asked for is a code.
var inDocuments = seal.Which{
	Always: textFields(),
	Never: map[string]bool{"registered_by": true, "reporter": true, "respondent_unit": true, "batch": true, "rulebook_version": true,
		"lead_unit": true, "by": true, "user": true},
}

func textFields() map[string]bool {
	out := map[string]bool{"name": true, "phone": true, "id_no": true, "address": true, "summary": true}
	for _, fields := range [][]form.Field{grievance.RegisterFields, gridevent.ReportFields, joint.OpenFields, whistle.DraftFields} {
		addText(out, fields)
	}
	addSteps(out, grievance.Machine)
	addSteps(out, gridevent.Machine)
	addSteps(out, joint.Machine)
	addSteps(out, whistle.Machine)
	return out
}

func addSteps[S machine.Subject](out map[string]bool, m *machine.Machine[S]) {
	for _, step := range m.Steps {
		for _, f := range step.Fields {
			if step.SystemOnly && f.Type == form.Line {
				continue // the system's own numbers and codes
			}
			addText(out, []form.Field{f})
		}
	}
}

func addText(out map[string]bool, fields []form.Field) {
	for _, f := range fields {
		if f.Type == form.Text || f.Type == form.Line {
			out[f.Name] = true
		}
		addText(out, f.Of)
	}
}

// Words tells what in states, events and commands is people's words, for whoever shows the rest.
func Words() seal.Which { return inDocuments }

// checkPlace is where lies what only the keys of this ledger open.
var checkPlace = seal.Place{Table: "seal_check", Column: "value", Row: "one"}

// KeysFit tells whether the field keys are those of this ledger; seal.ErrSealed when they are
// not: a process with other keys would write what no other can read. The first process that
// asks decides which they are.
func (s *Store) KeysFit(ctx context.Context) error {
	value, err := s.fields.Seal("the keys of this ledger", checkPlace)
	if err != nil {
		return err
	}
	var kept string
	err = s.pool.QueryRow(ctx, `WITH made AS (INSERT INTO seal_check (value) SELECT $1 WHERE NOT EXISTS (SELECT FROM seal_check) ON CONFLICT DO NOTHING RETURNING value)
		SELECT value FROM made UNION ALL SELECT value FROM seal_check`, value).Scan(&kept)
	if err != nil {
		return fault(err)
	}
	_, err = s.fields.Open(kept, checkPlace)
	return err
}

// sealState and openState are for the state in a row.
func (s *Store) sealState(table, no string, body []byte) ([]byte, error) {
	return s.fields.SealDocument(body, seal.Place{Table: table, Column: "body", Row: no}, inDocuments)
}

func (s *Store) openState(table, no string, body []byte) ([]byte, error) {
	out, err := s.fields.OpenDocument(body, seal.Place{Table: table, Column: "body", Row: no})
	if err != nil {
		return nil, fmt.Errorf("store: state of %s: %w", no, err)
	}
	return out, nil
}

func placeOfEvent(no string, seq int) seal.Place {
	return seal.Place{Table: "events", Column: "body", Row: fmt.Sprintf("%s/%d", no, seq)}
}

// summaryPlace is where lists find what a case is about.
func summaryPlace(no string) seal.Place {
	return seal.Place{Table: caseTable, Column: "summary", Row: no}
}

func personPlace(column, id string) seal.Place {
	return seal.Place{Table: "persons", Column: column, Row: id}
}

// detailsPlace is where lies what was entered beside a case.
func detailsPlace(no string) seal.Place {
	return seal.Place{Table: "intake_details", Column: "details", Row: no}
}

// lookup is what stands for a number in an index; nil for none.
func (s *Store) lookup(column, number string) ([]byte, error) {
	if number == "" {
		return nil, nil
	}
	return s.fields.Blind("persons/"+column, number, 16)
}

// queuePerson keeps who raised a matter.
func (s *Store) queuePerson(batch *pgx.Batch, id string, p map[string]string) error {
	sealed, err := s.sealPerson(id, view.Person{Name: p["name"], Phone: p["phone"], IDNo: p["id_no"], Address: p["address"]})
	if err != nil {
		return err
	}
	args := append([]any{id}, sealed...)
	batch.Queue(`INSERT INTO persons (id, name, phone, id_no, address, phone_index, id_no_index, id_type, kind, language, via_centre)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING`,
		append(args, p["id_type"], p["kind"], p["language"], p[activities.ViaCentre] != "")...)
	return nil
}

// sealPerson gives the sealed columns of a person, and what stands for the numbers in the
// indexes: name, phone, id_no, address, phone_index, id_no_index.
func (s *Store) sealPerson(id string, p view.Person) ([]any, error) {
	var out []any
	for _, c := range []struct{ column, value string }{{"name", p.Name}, {"phone", p.Phone}, {"id_no", p.IDNo}, {"address", p.Address}} {
		sealed, err := s.fields.Seal(c.value, personPlace(c.column, id))
		if err != nil {
			return nil, err
		}
		out = append(out, sealed)
	}
	phone, err := s.lookup("phone", p.Phone)
	if err != nil {
		return nil, err
	}
	idNo, err := s.lookup("id_no", p.IDNo)
	return append(out, phone, idNo), err
}

// openPerson opens what is stored of a person.
func (s *Store) openPerson(p *view.Person) error {
	for column, value := range map[string]*string{"name": &p.Name, "phone": &p.Phone, "id_no": &p.IDNo, "address": &p.Address} {
		var err error
		if *value, err = s.fields.Open(*value, personPlace(column, p.ID)); err != nil {
			return err
		}
	}
	return nil
}

// reasonPlace is where the audit log keeps why somebody did something; the chain is of the words.
func reasonPlace(day calendar.Date, n int) seal.Place {
	return seal.Place{Table: "audit_log", Column: "reason", Row: fmt.Sprintf("%s/%d", day, n)}
}

func userPhone(username string) seal.Place {
	return seal.Place{Table: "users", Column: "phone", Row: username}
}
