// Package deploy checks the files that describe how the product is run in
// production.
package deploy
