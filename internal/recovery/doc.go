// Package recovery keeps the two stores of the product honest against each
// other. The ledger (PostgreSQL) and the engine (Temporal) each hold every
// running case; Verify compares them, Rebuild puts the ledger back from the
// engine's histories, Restore starts the workflows again from the ledger.
//
// What is written by Rebuild and Restore can be written any number of times:
// both look first and add only what is not there.
package recovery
