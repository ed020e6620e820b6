// Package chaos takes the ground away from under the product while officers work
// and limits pass, and then counts.
//
// The product runs as it does in production: bin/huajie api and bin/huajie worker,
// two processes of each, against PostgreSQL and Temporal of internal/localstack. Every
// connection goes through a door (toxiproxy, in process) that can be shut, stalled or
// slowed. Processes are killed and frozen, the ledger's disk is filled. Whoever
// restarts a product process is the harness, as a supervisor would.
//
// What officers were told is kept in a journal of the harness. At the end the ledger is
// read with the harness' own SQL, not through the product, and both are judged:
// nothing acknowledged may be missing, nothing refused may have happened, nothing may
// have happened twice, and no limit may be lost, early or out of order.
//
// The seed decides the schedule of faults and what every officer would like to do; how
// the two meet is the world's and differs from run to run.
package chaos
