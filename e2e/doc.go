// Package e2e plays cases over HTTP on the real stack: PostgreSQL, Temporal, API
// and worker wired as in production.
package e2e
