// Package patrol measures the work of grid members in the field (R58 "235", R78):
// how long and how far somebody walked the own grid, how long the app was alive
// on duty, how many events a week brought, and what a month is worth (§4.10, §7.5).
//
// Everything is computed from stored facts (marks, points, heartbeats, leave,
// events) under the policy of the day, so that it can be computed again. What does
// not count is shown with its reason and never hidden. How a track is read is
// decided in docs/decisions/0011.
package patrol
