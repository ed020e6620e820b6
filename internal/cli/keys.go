package cli

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"huajie/internal/app"
	"huajie/internal/seal"
	"huajie/store"
)

// keysCommand changes the keys with which the database keeps what people are called and write.
func (s *state) keysCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "keys with which the database keeps what people are called and what they write"}
	rotate := &cobra.Command{Use: "rotate", Short: "add a key, and seal everything with it anew, beside the work of officers", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fields, err := app.Fields(app.Effective(s.cfg))
			if err != nil {
				return err
			}
			if err := fields.Rotate(); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "新密钥 new key: %d\n", fields.KeyID())
			// Until every process seals with the new key, rows appear that would have to be sealed again.
			select {
			case <-cmd.Context().Done():
				return cmd.Context().Err()
			case <-time.After(2 * seal.TakeUp):
			}
			return s.reseal(cmd)
		}}
	reseal := &cobra.Command{Use: "reseal", Short: "seal what is not sealed with the present key; takes up where it was ended", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.reseal(cmd) }}
	cmd.AddCommand(rotate, reseal)
	return cmd
}

func (s *state) reseal(cmd *cobra.Command) error {
	return s.withStore(cmd, func(st *store.Store) error {
		last, shut := store.Resealed{}, 0
		say := func() {
			if last.Table != "" {
				fmt.Fprintf(cmd.OutOrStdout(), "%-16s 已查 rows %8d  重新加密 sealed anew %8d\n", last.Table, last.Looked, last.Sealed)
			}
			for _, key := range last.Shut {
				fmt.Fprintf(cmd.OutOrStdout(), "FAIL %s %s: 无密钥可解,未改动 no key opens it, left as it is\n", last.Table, key)
			}
			shut += len(last.Shut)
		}
		err := st.Reseal(cmd.Context(), func(r store.Resealed) {
			if r.Table != last.Table {
				say()
			}
			last = r
		})
		say()
		if err == nil && shut > 0 {
			err = fmt.Errorf("%d rows hold something no key opens", shut)
		}
		return err
	})
}
