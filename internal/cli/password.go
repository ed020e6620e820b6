package cli

import (
	"crypto/rand"
	"fmt"

	"github.com/spf13/cobra"

	"huajie/domain/audit"
	"huajie/store"
)

// userPassword gives an account a password for one sign-in.
func (s *state) userPassword() *cobra.Command {
	return &cobra.Command{Use: "password NAME", Short: "print a new password of an account; it must be changed at the first sign-in, and every sign-in and token ends", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			password := rand.Text() // 128 bits
			hash, err := store.HashPassword(password)
			if err != nil {
				return err
			}
			return s.withStore(cmd, func(st *store.Store) error {
				act := func() error { return st.SetPassword(cmd.Context(), args[0], hash) }
				if err := audited(cmd, st, audit.PasswordChanged, args[0], "", act); err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), password)
				return nil
			})
		}}
}

// userResetFactor helps who has lost both the phone and the recovery codes.
func (s *state) userResetFactor() *cobra.Command {
	return &cobra.Command{Use: "reset-second-factor NAME", Short: "take the second factor of an account away; who needs one enrols another at the next sign-in", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd, func(st *store.Store) error {
				return audited(cmd, st, audit.FactorRemoved, args[0], "", func() error { return st.ResetFactor(cmd.Context(), args[0]) })
			})
		}}
}

// userForgetIdentity lets another identity of the provider of single sign-on have an account.
func (s *state) userForgetIdentity() *cobra.Command {
	return &cobra.Command{Use: "forget-identity NAME", Short: "let go of the identity at the provider of single sign-on; the next one that comes with the name is kept", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.withStore(cmd, func(st *store.Store) error {
				return audited(cmd, st, audit.ProviderReleased, args[0], "", func() error { return st.ForgetIdentity(cmd.Context(), args[0]) })
			})
		}}
}
