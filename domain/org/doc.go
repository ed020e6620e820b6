// Package org knows who is who and who belongs where: the organisation tree
// of Liaoyuan (city, county, township, community, grid), the two kinds of
// social-governance centre with their service points, the departments, the
// roles of domain.md §2.1 and the users who hold them.
//
// A Tree and a Directory are immutable once built. Both are built from plain
// values and report every fault at once, so that a file with ten mistakes is
// mended in one round. The package reads no file and no clock.
package org
