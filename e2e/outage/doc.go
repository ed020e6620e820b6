// Package outage takes away what the product stands on — PostgreSQL, Temporal,
// the workers — while it is used, on a stack of each test's own.
package outage
