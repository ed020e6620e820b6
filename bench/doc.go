// Package bench measures the product on this machine: it starts PostgreSQL and
// Temporal, runs API and worker as processes of their own, and puts a shape of
// load on them. Every scenario declares its options, draws its chances from one
// seed, and at the end checks its own result in PostgreSQL: what was
// acknowledged is there, once, and nothing happened before its time. A run whose
// result is wrong has no figures worth reading, so it fails.
package bench
