package joint

import (
	"time"

	"huajie/domain/machine"
)

// Session is what is true of one joint session (§3.5).
type Session struct {
	machine.Head
	Case     string    `json:"case"`
	County   string    `json:"county"`
	Level    string    `json:"level"`
	Risk     string    `json:"risk,omitempty"`
	OpenedAt time.Time `json:"opened_at"`
}

// Fresh makes an empty session to fold events into.
func Fresh() *Session { return &Session{} }
