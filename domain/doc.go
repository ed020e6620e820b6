// Package domain holds the vocabulary every machine of the product shares:
// refusals, actors and commands. The rules themselves live in its
// sub-packages, one per machine (grievance, joint, …), beside the calendar,
// the policy and the organisation they judge with.
//
// Nothing below this package reads a clock, a database or a context: a rule
// is given the state, the command, the rulebook and the time, and answers
// with events or with a refusal.
package domain
