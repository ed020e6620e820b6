// Package account has the rules of signing in: how failures slow down whoever
// guesses, what makes a password, and what a session or a token opens. It knows
// neither cookies nor tables.
package account
