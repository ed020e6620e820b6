// Package retention says how long what is on record is kept, and when it may go (§4.9
// retention, PIPL §§19, 47). It is pure: whoever holds the records asks it about each.
package retention
