// Package policy holds the limits, counts and switches of domain.md §3.1–3.2
// and §4.2–4.10 as configuration: a registry of every key with its kind, its
// meaning and where the rule is written, and values in layers by place and by
// date. The values themselves are data (rulebook/data/policy.yaml).
//
// A narrower place wins over a wider one (city → county → township). A key that
// a statute fixes may be made stricter by a narrower place and never looser;
// NewBook refuses a book that breaks this (§4, first paragraph).
//
// A case is judged by the Set in force where and when it was dispatched; the
// Set names the layers it came from, so that any deadline can be explained.
package policy
