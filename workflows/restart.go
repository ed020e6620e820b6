package workflows

import (
	"go.temporal.io/sdk/temporal"

	"huajie/domain/grievance"
)

// CaseAttributes are the search attributes of a case whose workflow starts from
// a state already folded: it writes them itself only with its next step.
func CaseAttributes(c *grievance.Case) temporal.SearchAttributes {
	updates, _ := caseAttributes(c)
	return temporal.NewSearchAttributes(updates...)
}
