// Package store keeps the ledger and everything read from it in PostgreSQL.
//
// Writing (ledger*.go) appends events to the hash chain of a case or session and
// brings its current row, its deadlines and its notices up to date in the same
// transaction. Reading (case.go, list.go, summary.go, …) passes every question
// of a caller through one clause, the scope (scope.go).
//
// The schema lives in migrations/ and is applied by Migrate.
package store
