// Package codes holds the code tables of domain.md §8: what an officer may
// choose for nature, channel, category, reason, outcome and the rest, with the
// labels in both languages. The tables themselves are data (rulebook/data); the
// package gives them one way of being asked, and names as constants those
// codes the rules refer to.
//
// A code may be given by its number ("02") or by its English identifier
// ("help"). What is stored is the canonical form: the identifier where §8 or
// the glossary of §5 gives one, otherwise the number.
package codes
