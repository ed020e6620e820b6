// Package api is the one door to the product: it starts cases, takes steps,
// reads and lists, over HTTP. Every route stands in router.go; what it asks of
// the rest of the product stands in ports.go; every refusal becomes a status in
// errors.go.
//
// The package decides nothing about a case. It finds out who is calling,
// whether the case is theirs to know of, and whether the request can be read;
// the rules answer the rest inside the commit, and the forms they are described by make both the
// OpenAPI document and GET …/actions.
package api
