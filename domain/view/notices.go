package view

import (
	"time"

	"huajie/domain/casefile"
	"huajie/domain/machine"
	"huajie/domain/notice"
)

// NoticeItem is a notice in an inbox, or in the record of a case. In an inbox the
// receipts are the reader's own; in the record they are the first of anybody.
type NoticeItem struct {
	ID int64 `json:"id"`
	notice.Message
	At          time.Time      `json:"at"`
	DeliveredAt time.Time      `json:"delivered_at,omitzero" doc:"when a phone or page fetched it"`
	ReadAt      time.Time      `json:"read_at,omitzero"`
	Deliveries  []DeliveryItem `json:"deliveries,omitempty" doc:"what left the house for it, in the record of a case"`
}

// NoticePage is one page of an inbox.
type NoticePage struct {
	Items  []NoticeItem `json:"items"`
	Next   string       `json:"next_cursor,omitempty"`
	More   bool         `json:"more" doc:"whether there is another page at once"`
	Unread int          `json:"unread" doc:"notices not read yet, at most 1000"`
}

// DeliveryItem tells what became of one way out of the house. It names no number.
type DeliveryItem struct {
	Channel     notice.Channel `json:"channel"`
	State       notice.State   `json:"state"`
	User        string         `json:"user,omitempty" doc:"the officer, where it is not the petitioner"`
	Attempts    int            `json:"attempts"`
	NextTry     time.Time      `json:"next_try,omitzero"`
	SentAt      time.Time      `json:"sent_at,omitzero"`
	DeliveredAt time.Time      `json:"delivered_at,omitzero"`
	Error       string         `json:"error,omitempty" doc:"code of the last fault"`
}

// Inbox is what a reader is told without asking: that there is something to fetch.
type Inbox struct {
	Latest int64 `json:"id" doc:"id of the newest notice; 0: none"`
	Unread int   `json:"unread"`
}

// Arrivals are the addressees of the notices between two positions. Where the
// petitioner has an account, the account is named.
type Arrivals struct {
	To    []machine.Recipient
	Upto  int64
	Whole bool // nothing is still under way
}

// DeliveryReport is what a provider says of a message it was given.
type DeliveryReport struct {
	ID        string    // the key it was sent under, or the provider's own id
	Delivered bool      // else it will not arrive
	Code      string    // of the fault
	At        time.Time // zero: when it was told
}

// Told is a notice for which deliveries are planned.
type Told struct {
	ID        int64
	N         string
	At        time.Time
	Immediate bool
	Area      string   // whose policy holds
	Person    string   // the petitioner it is to, "" for none
	Users     []string // officers it is to who can be reached by SMS
}

// Delivery is one way out of the house for one notice, to a person or a user.
type Delivery struct {
	Notice    int64          `json:"notice_id"`
	Channel   notice.Channel `json:"channel"`
	Person    string         `json:"person"`
	User      string         `json:"username"`
	Immediate bool           `json:"immediate"`
	NextTry   time.Time      `json:"next_try"`
	Expires   time.Time      `json:"expires_at"`
}

// Outgoing is one message that is about to go out: one notice, or what has gathered for
// somebody. The number is read for this moment and kept nowhere.
type Outgoing struct {
	Key       string // the same whenever this message is tried
	Channel   notice.Channel
	Area      string
	Immediate bool
	Attempts  int       // this one included
	Last      time.Time // when the last digest went to the same person; zero for a message tried before
	Number    string
	English   bool
	Briefs    []notice.Brief
}

// Outcome is what has become of a message.
type Outcome struct {
	State      notice.State // Queued: to be tried again
	ProviderID string
	Error      string
	At         time.Time
	NextTry    time.Time
}

// Undelivered is a delivery that did not arrive.
type Undelivered struct {
	Delivery
	Message notice.Message
	Case    casefile.Case
}

// Remedy is what follows an undelivered message: another channel, or a notice to a desk.
type Remedy struct {
	Deliveries []Delivery
	Notices    []notice.Message
}
