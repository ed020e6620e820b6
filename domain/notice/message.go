// Package notice renders the notices N1–N20 of §3.11 in both languages. It says
// nothing of the matter itself and names no party, so that a message may travel
// by SMS; what belongs to paper is filled in where the document is made.
package notice

import "huajie/domain/machine"

// Message is a notice as its recipient reads it.
type Message struct {
	N         string            `json:"n"`
	No        string            `json:"no"` // case or session it is about
	Seq       int               `json:"seq"`
	To        machine.Recipient `json:"to"`
	TitleZH   string            `json:"title_zh"`
	TitleEN   string            `json:"title_en"`
	BodyZH    string            `json:"body_zh"`
	BodyEN    string            `json:"body_en"`
	Immediate bool              `json:"immediate"` // may break the quiet hours 21:00–08:00
	Late      bool              `json:"late_by_system,omitempty"`
	Exempt    string            `json:"exempt,omitempty"` // why it is not sent (I9), e.g. anonymous
}
