// Package publish carries out what domain/publishing says: it keeps drafts of the rulebook, tells
// what is wrong with them and what they change, and puts what two persons have agreed on in force in
// every process (docs/rulebook.md).
package publish
