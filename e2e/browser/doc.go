// Package browser does the jobs of people in a real browser, on the pages as they are built,
// against the product on a real PostgreSQL and a real Temporal server. Every journey ends at
// what is stored, and none may break the content security policy or leave an error behind.
package browser
