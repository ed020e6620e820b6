// Package receipt is the signed receipt of a case: what a petitioner or a unit can show
// later of where a case stood, what had happened to it, and how its deadlines were counted.
// It holds all that is needed to check it without asking the house (docs/evidence.md), and
// nothing of the petitioner.
package receipt

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"huajie/domain/calendar"
)

// Kind marks the document and the way it is signed.
const Kind = "huajie.case_receipt.1"

// Whom a receipt is for.
const (
	ForPetitioner = "petitioner"
	ForUnit       = "unit"
)

// Receipt is the document.
type Receipt struct {
	Kind         string    `json:"kind" doc:"huajie.case_receipt.1"`
	For          string    `json:"for" enum:"petitioner,unit"`
	IssuedAt     time.Time `json:"issued_at"`
	No           string    `json:"no"`
	CaseKind     string    `json:"case_kind"`
	State        string    `json:"state"`
	StateZH      string    `json:"state_zh"`
	StateEN      string    `json:"state_en"`
	Level        string    `json:"level,omitempty"`
	RegisteredAt time.Time `json:"registered_at"`
	OwnerUnit    string    `json:"owner_unit" doc:"unit that answers for the case now"`
	OwnerZH      string    `json:"owner_zh"`
	OwnerEN      string    `json:"owner_en"`
	Clocks       []Clock   `json:"clocks" doc:"the statutory and the policy clock; of a grid event the stages of its disposal"`
	Events       []Event   `json:"events" doc:"what has happened so far, oldest first; for a petitioner what they were told or did"`
	Chain        []string  `json:"chain" doc:"SHA-256 of every event of the case, oldest first, each taken over the one before"`
	Calendar     Calendar  `json:"calendar" doc:"what the deadlines were counted by"`
	Rulebook     string    `json:"rulebook" doc:"version of the rules and limits the case is judged by"`
	Key          Key       `json:"key"`
	Signature    string    `json:"signature" doc:"Ed25519 over the canonical JSON of the document without this field, hex"`
}

// Clock is one clock: what it was counted from, and where every minute went.
type Clock struct {
	Name        string               `json:"name"`
	ZH          string               `json:"zh"`
	EN          string               `json:"en"`
	Rule        string               `json:"rule,omitempty"`
	Start       time.Time            `json:"start"`
	Limit       calendar.Limit       `json:"limit" doc:"as policy writes it: 5wd"`
	Due         time.Time            `json:"due,omitzero" doc:"absent while the clock is paused"`
	Provisional bool                 `json:"provisional,omitempty" doc:"rests on a year whose calendar was not published yet"`
	State       string               `json:"state" enum:"running,paused,stopped"`
	Stopped     time.Time            `json:"stopped_at,omitzero" doc:"when it stopped: with the answer, with its stage, or with the end of the case"`
	Bound       time.Time            `json:"bound,omitzero" doc:"the date it may not go beyond: the statutory one, or the one a sender has set"`
	RunsToBound bool                 `json:"runs_to_bound,omitempty" doc:"it has all the time there is up to that date"`
	Pauses      []calendar.Pause     `json:"pauses"`
	Extensions  []calendar.Extension `json:"extensions"`
	Segments    []Segment            `json:"segments"`
}

// Segment is one stretch of a clock.
type Segment struct {
	From    time.Time            `json:"from"`
	To      time.Time            `json:"to"`
	Kind    calendar.SegmentKind `json:"kind"`
	ZH      string               `json:"zh"`
	EN      string               `json:"en"`
	Minutes float64              `json:"counted_minutes"`
}

// Event is one event of the case.
type Event struct {
	Seq        int       `json:"seq"`
	Type       string    `json:"type"`
	TypeZH     string    `json:"type_zh,omitempty"`
	TypeEN     string    `json:"type_en,omitempty"`
	Rule       string    `json:"rule,omitempty"`
	At         time.Time `json:"at"`
	RecordedAt time.Time `json:"recorded_at"`
	State      string    `json:"state,omitempty" doc:"state after it"`
	StateZH    string    `json:"state_zh,omitempty"`
	StateEN    string    `json:"state_en,omitempty"`
	Unit       string    `json:"unit,omitempty"`
	UnitZH     string    `json:"unit_zh,omitempty"`
	UnitEN     string    `json:"unit_en,omitempty"`
	Hash       string    `json:"hash"`
	Content    string    `json:"content,omitempty" doc:"the whole event as it is hashed, where it was asked for"`
}

// Calendar is what is needed to count again.
type Calendar struct {
	Version string          `json:"version"`
	Hours   calendar.Hours  `json:"hours"`
	Years   []calendar.Year `json:"years"`
}

// Key is the key it is signed with.
type Key struct {
	ID     string `json:"id"`
	Public string `json:"public" doc:"Ed25519, hex; compare it with the published one"`
}

// Signer signs receipts.
type Signer interface {
	ID() string
	PublicKey() []byte
	Sign(words []byte) []byte
}

// Sign fills in key and signature.
func (r *Receipt) Sign(by Signer) error {
	r.Kind, r.Key, r.Signature = Kind, Key{by.ID(), hex.EncodeToString(by.PublicKey())}, ""
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	words, _, err := canonical(b)
	if err != nil {
		return err
	}
	r.Signature = hex.EncodeToString(by.Sign(words))
	return nil
}

// canonical is what is signed: the JSON without its signature, names sorted, no spaces,
// nothing escaped that need not be. How a document was laid out does not matter. One that
// gives a name twice may mean either, and is none.
func canonical(document []byte) (words []byte, signature string, err error) {
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	read, err := value(d, 0)
	if err != nil {
		return nil, "", fmt.Errorf("receipt: %w", err)
	}
	fields, ok := read.(map[string]any)
	if _, err := d.Token(); !ok || !errors.Is(err, io.EOF) {
		return nil, "", errors.New("receipt: not one document")
	}
	signature, _ = fields["signature"].(string)
	delete(fields, "signature")
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(fields); err != nil {
		return nil, "", fmt.Errorf("receipt: %w", err)
	}
	return bytes.TrimSpace(out.Bytes()), signature, nil
}

// deepest is how deep a document may go.
const deepest = 32

// value reads the next value of a document.
func value(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	delim, ok := t.(json.Delim)
	if err != nil || !ok {
		return t, err
	}
	if depth > deepest {
		return nil, errors.New("too deep")
	}
	list, fields := []any{}, map[string]any{}
	for d.More() {
		if delim == '[' {
			v, err := value(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
			continue
		}
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		if _, twice := fields[name.(string)]; twice {
			return nil, fmt.Errorf("%q is given twice", name)
		}
		if fields[name.(string)], err = value(d, depth+1); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil || delim == '[' {
		return list, err
	}
	return fields, nil
}
