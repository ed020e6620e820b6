package view

import (
	"time"

	"huajie/domain/notice"
)

// Committed is what a command key was used for.
type Committed struct {
	No          string
	Seq         int    // of the subject after the command
	Fingerprint string // of the request
}

// NoticeItem is a notice in the inbox of a user.
type NoticeItem struct {
	ID int64 `json:"id"`
	notice.Message
	At     time.Time `json:"at"`
	ReadAt time.Time `json:"read_at,omitzero"`
}

// NoticePage is one page of an inbox, newest first.
type NoticePage struct {
	Items []NoticeItem `json:"items"`
	Next  string       `json:"next_cursor,omitempty"`
}

// Trial counts a period as the platform reports it: persons received are kept
// apart from matters registered (R81), and the rate is of matters.
type Trial struct {
	From       time.Time `json:"from,omitzero"`
	To         time.Time `json:"to,omitzero"`
	Persons    int       `json:"persons_received"`
	Registered int       `json:"matters_registered"`
	Resolved   int       `json:"matters_resolved"`
}

// Rate is the share of registered matters that are resolved, in percent with
// two decimals, rounded half up; ok is false when nothing was registered (§7.1).
func (t Trial) Rate() (percent float64, ok bool) {
	if t.Registered == 0 {
		return 0, false
	}
	return float64((t.Resolved*20000+t.Registered)/(2*t.Registered)) / 100, true
}
