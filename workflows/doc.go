// Package workflows keeps cases alive: each grievance, grid event, joint session and whistle is
// one durable workflow that holds its state, takes commands as updates, sleeps
// until the next deadline and lets it take effect. It contains no rule and no
// duration: what may happen is decided by the domain inside the commit, what
// did happen is replayed from events.
package workflows
