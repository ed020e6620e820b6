package casefile

// The kinds of case: as they stand in the ledger, in lists and in events.
const (
	KindGrievance = "grievance"
	KindGridEvent = "grid_event"
)

// The letters that tell them apart in a number: {adcode6}{letter}{yyyymmdd}{seq5} (§3.0).
const (
	LetterGrievance = "G"
	LetterGridEvent = "E"
)

// adcode is how many digits of a number stand for the county.
const adcode = 6

// Letter is the letter of a number; "" where it has none.
func Letter(no string) string {
	if len(no) <= adcode {
		return ""
	}
	return no[adcode : adcode+1]
}

// KindOf tells the kind of the case a number belongs to, also for the number of
// a joint session under it; ok is false where no case can have the number.
func KindOf(no string) (kind string, ok bool) {
	switch Letter(no) {
	case LetterGrievance:
		return KindGrievance, true
	case LetterGridEvent:
		return KindGridEvent, true
	}
	return "", false
}
