// Package publishing holds the rules by which a rulebook is changed in the console (§2.2
// policy.publish): a system administrator drafts on what is in force, the city's supervision
// agrees as a second person, nothing is tightened for what has passed, and the calendar is only
// corrected ahead (§4.1 calendar.recompute).
package publishing
