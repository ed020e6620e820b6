// Package retention carries out what domain/retention says: it tells what has been kept long
// enough, lets go of it, and answers a person what is kept of them (docs/retention.md).
package retention
