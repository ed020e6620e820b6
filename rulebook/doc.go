// Package rulebook reads the rules of the product from files: organisation,
// service points, code tables, duty catalogue, policy, calendar and demo users
// (domain.md §4, §8, §9). The files of Liaoyuan are embedded; any other file
// system with the same layout will do.
//
// Load reports every fault of every file at once, with file, line and key, in
// Chinese and English. A Book is immutable; a Holder swaps to a newer one only
// when it loads without a fault and keeps the older versions, since a case is
// judged by the version of its dispatch.
package rulebook
