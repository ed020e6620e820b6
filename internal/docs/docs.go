// Package docs holds nothing but the checks that what the documents claim is there.
package docs
