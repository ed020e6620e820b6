package store

import (
	"context"
	"testing"

	"huajie/domain"
)

// FuzzCursor: a cursor nobody has made is refused as one, whatever it is, and so is one of
// another list; none is ever a fault of ours.
func FuzzCursor(f *testing.F) {
	s := &Store{secret: []byte("a secret for cursors of this test only")}
	good, err := s.sealPosition(context.Background(), "cases", position{At: "infinity", No: "220402G2026112300001"})
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range []string{"", "start", good, good + "A", good[1:], good[:len(good)-4], good + "=", "AAAA", "%00", "\x00", "e30", "长", "////", "----------------"} {
		f.Add("cases", c)
		f.Add("notices of wang", c)
	}
	f.Fuzz(func(t *testing.T, list, cursor string) {
		p, err := s.openPosition(t.Context(), list, cursor)
		if list == "cases" && cursor == good {
			if err != nil || p.No != "220402G2026112300001" {
				t.Fatalf("the one that was made: %v", err)
			}
			return
		}
		if err == nil {
			again, err := s.sealPosition(t.Context(), list, p)
			if err != nil || again != cursor {
				t.Fatalf("%q is taken for one of ours", cursor)
			}
			return
		}
		if domain.CodeOf(err) != domain.CodeMalformed {
			t.Fatalf("%q: %v", cursor, err)
		}
	})
}
