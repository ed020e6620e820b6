package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"huajie/domain/calendar"
)

// Value is the value of one key, of the kind the registry gives it.
type Value struct {
	kind   Kind
	limit  calendar.Limit
	limits []calendar.Limit
	number int
	yes    bool
	list   []string
}

// none is how a limit that may be absent is written.
const none = "none"

// Parse reads a single value as the policy files write it: "5wd", "80%", "true",
// "3". Lists are read by ParseList.
func Parse(k Key, raw string) (Value, error) {
	switch k.Kind {
	case KindLimit:
		if raw == none && k.None {
			return Value{kind: k.Kind}, nil
		}
		l, err := calendar.ParseLimit(raw)
		return Value{kind: k.Kind, limit: l}, err
	case KindInt, KindPercent:
		digits := raw
		if k.Kind == KindPercent {
			digits = strings.TrimSuffix(raw, "%")
		}
		n, err := strconv.Atoi(digits)
		if err != nil || n < 0 || strings.HasPrefix(digits, "+") {
			return Value{}, fmt.Errorf("%q is not a whole number of zero or more", raw)
		}
		if k.Kind == KindPercent && n > 100 {
			return Value{}, fmt.Errorf("%q is not a share of 0 to 100 percent", raw)
		}
		return Value{kind: k.Kind, number: n}, nil
	case KindBool:
		if raw != "true" && raw != "false" {
			return Value{}, fmt.Errorf("%q is neither true nor false", raw)
		}
		return Value{kind: k.Kind, yes: raw == "true"}, nil
	}
	return Value{}, fmt.Errorf("%s wants a list", k.Name)
}

// ParseList reads the value of a key of kind list or limits.
func ParseList(k Key, raw []string) (Value, error) {
	v := Value{kind: k.Kind}
	switch k.Kind {
	case KindList:
		for i, s := range raw {
			if s == "" || slices.Contains(raw[:i], s) {
				return Value{}, fmt.Errorf("entry %q is empty or given twice", s)
			}
		}
		v.list = slices.Clone(raw)
	case KindLimits:
		for _, s := range raw {
			l, err := calendar.ParseLimit(s)
			if err != nil {
				return Value{}, err
			}
			v.limits = append(v.limits, l)
		}
	default:
		return Value{}, fmt.Errorf("%s wants a single value", k.Name)
	}
	if len(raw) == 0 {
		return Value{}, fmt.Errorf("%s is an empty list", k.Name)
	}
	return v, nil
}

// Items lists the entries of a list, for a check against its code table.
func (v Value) Items() []string { return slices.Clone(v.list) }

// String writes the value as Parse reads it; lists are joined by commas.
func (v Value) String() string {
	switch v.kind {
	case KindLimit:
		if v.limit.IsZero() {
			return none
		}
		return v.limit.String()
	case KindLimits:
		parts := make([]string, len(v.limits))
		for i, l := range v.limits {
			parts[i] = l.String()
		}
		return strings.Join(parts, ",")
	case KindInt:
		return strconv.Itoa(v.number)
	case KindPercent:
		return strconv.Itoa(v.number) + "%"
	case KindBool:
		return strconv.FormatBool(v.yes)
	}
	return strings.Join(v.list, ",")
}

// equal compares what the values say.
func (v Value) equal(w Value) bool { return v.kind == w.kind && v.String() == w.String() }

// asStrict tells whether v is at least as strict as w in the direction given.
// Amounts of time of different classes are compared by their bounds, and not
// accepted where the bounds overlap: 20wd is not provably within 30cd.
func (v Value) asStrict(w Value, dir Strict) bool {
	if v.kind != w.kind {
		return false
	}
	if dir == StrictHigher {
		v, w = w, v
	}
	switch v.kind {
	case KindLimit:
		return notLonger(v.limit, w.limit)
	case KindInt, KindPercent:
		return v.number <= w.number
	}
	return v.equal(w)
}

// notLonger tells whether a can never end later than b. No limit is longer than
// any.
func notLonger(a, b calendar.Limit) bool {
	switch {
	case a.IsZero() || b.IsZero():
		return b.IsZero()
	case a.Class() == b.Class():
		return a.Count() <= b.Count()
	}
	most, ok := atMost(a)
	return ok && most <= atLeast(b)
}

// atMost is the longest a limit can take. Working time has no bound that holds
// for every calendar.
func atMost(l calendar.Limit) (time.Duration, bool) {
	switch l.Class() {
	case calendar.Seconds, calendar.UrgentHours:
		return l.Nominal(), true
	case calendar.CalendarDays: // start day excluded, rolled off a holiday of at most nine days
		return l.Nominal() + 10*24*time.Hour, true
	}
	return 0, false
}

// atLeast is the shortest a limit can take: a working day may start at midnight
// and be due at close of business the next day.
func atLeast(l calendar.Limit) time.Duration {
	if l.Class() == calendar.WorkingDays {
		return l.Nominal() - 12*time.Hour
	}
	return l.Nominal()
}
