package form

import (
	"time"

	"huajie/domain/geo"
)

// Text gives a text, code, unit or user, or "".
func (in Input) Text(name string) string {
	s, _ := in[name].(string)
	return s
}

// Int gives a whole number, or 0.
func (in Input) Int(name string) int {
	switch v := in[name].(type) {
	case int:
		return v
	case float64: // after a round trip through JSON
		return int(v)
	}
	return 0
}

// Bool gives a yes, or false.
func (in Input) Bool(name string) bool {
	b, _ := in[name].(bool)
	return b
}

// Has tells whether the field was filled in.
func (in Input) Has(name string) bool {
	_, ok := in[name]
	return ok
}

// Time gives a moment, or a date at its start in zone; zero when absent.
func (in Input) Time(name string, zone *time.Location) time.Time {
	s := in.Text(name)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Point gives a place and how exactly it is known, in metres; 0 where the device
// did not tell. It is not ok where no place was given.
func (in Input) Point(name string) (at geo.Point, accuracy float64, ok bool) {
	m, ok := in[name].(map[string]any)
	if !ok {
		return at, 0, false
	}
	at.Lat, _ = m["lat"].(float64)
	at.Lon, _ = m["lon"].(float64)
	accuracy, _ = m["accuracy"].(float64)
	return at, accuracy, true
}

// List gives units, users, cases or files.
func (in Input) List(name string) []string {
	items, _ := in[name].([]any)
	var out []string
	for _, item := range items {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// Objects gives the items of a list of small forms.
func (in Input) Objects(name string) []Input {
	items, _ := in[name].([]any)
	var out []Input
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			out = append(out, Input(m))
		}
	}
	return out
}
