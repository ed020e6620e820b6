package calendar

// Plus adds two limits of one class, as budgets that follow one another do (§3.2 a). ok is false if no single limit says
// the same: the classes differ, or the sum is more than [ParseLimit] takes.
func (l Limit) Plus(m Limit) (sum Limit, ok bool) {
	switch {
	case m.IsZero():
		return l, true
	case l.IsZero():
		return m, true
	case l.class != m.class || l.n > most(l.class)-m.n:
		return Limit{}, false
	}
	return Limit{l.class, l.n + m.n}, true
}
