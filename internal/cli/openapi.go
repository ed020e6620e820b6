package cli

import (
	"github.com/spf13/cobra"

	"huajie/api"
)

// openapiCommand prints the OpenAPI document of this version.
func (s *state) openapiCommand() *cobra.Command {
	return &cobra.Command{Use: "openapi", Short: "print the OpenAPI 3.1 document (YAML)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			doc, err := api.OpenAPI()
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(doc)
			return err
		}}
}
