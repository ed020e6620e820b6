// Package activities holds everything a workflow does in the world, and the
// ports it needs for that. One of them, Desk.Commit, is the only way a case or
// a session changes; the api calls the same desk to register a matter.
//
// The package knows the rules (domain) and declares what it needs of a ledger;
// it knows neither PostgreSQL nor Temporal.
package activities
