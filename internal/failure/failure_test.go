package failure_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"huajie/domain"
	"huajie/internal/failure"
)

// travel sends an error to the other side of the engine: encoded to the wire
// and decoded again, as the SDK does for activities and updates.
func travel(err error) error {
	c := temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter: converter.GetDefaultDataConverter(), EncodeCommonAttributes: true})
	return c.FailureToError(c.ErrorToFailure(err))
}

func refusals() map[string]*domain.Error {
	conflict := domain.Refuse("return_window_closed", "G13", "退回期限已过", "the return window is closed")
	conflict.State = "signed"
	return map[string]*domain.Error{
		"conflict":  conflict,
		"forbidden": domain.Forbid("second_person", "G4", "须由另一人审批", "another person must decide"),
		"not found": domain.NotFound(),
		"invalid": domain.Invalid(domain.Fault("organ", "required", "机关名称:必填", "organ is required"),
			domain.Fault("address", "required", "地址:必填", "address is required")),
		"bare": {Code: domain.CodeStale},
	}
}

func TestARefusalSurvivesTheEngine(t *testing.T) {
	t.Parallel()
	for name, want := range refusals() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := failure.Unwrap(fmt.Errorf("update: %w", travel(failure.Wrap(fmt.Errorf("commit: %w", want)))))
			var e *domain.Error
			require.ErrorAs(t, got, &e)
			assert.Equal(t, want, e)
		})
	}
}

func TestARefusalIsNotRetriedButUnavailableIs(t *testing.T) {
	t.Parallel()
	final := func(code domain.Code) bool {
		var app *temporal.ApplicationError
		require.ErrorAs(t, travel(failure.Wrap(&domain.Error{Code: code})), &app)
		return app.NonRetryable()
	}
	assert.True(t, final(domain.CodeConflict))
	assert.True(t, final(domain.CodeInvalid))
	assert.False(t, final(domain.CodeUnavailable))
}

func TestOtherErrorsPassUntouched(t *testing.T) {
	t.Parallel()
	plain := errors.New("connection reset")
	assert.Same(t, plain, failure.Wrap(plain))
	assert.Same(t, plain, failure.Unwrap(plain))
	assert.NoError(t, failure.Wrap(nil))
	assert.NoError(t, failure.Unwrap(nil))
	assert.False(t, failure.Refused(plain))

	foreign := travel(temporal.NewApplicationError("conflict", "conflict"))
	assert.Equal(t, foreign, failure.Unwrap(foreign), "an application error of another origin is no refusal")
	assert.False(t, failure.Refused(foreign))
}

func TestUnwrapOfARefusalThatNeverTravelled(t *testing.T) {
	t.Parallel()
	e := domain.NotFound()
	assert.Same(t, e, failure.Unwrap(fmt.Errorf("read: %w", e)))
}

func TestAFailureWithoutReadableDetailsKeepsItsClass(t *testing.T) {
	t.Parallel()
	got := failure.Unwrap(travel(temporal.NewNonRetryableApplicationError("x", "refused:conflict", nil, "no refusal")))
	assert.Equal(t, domain.CodeConflict, domain.CodeOf(got))
}

// The message of a failure is shown in the engine's own web pages: it must hold
// the rule, never the words of a person.
func TestTheMessageNamesTheRuleOnly(t *testing.T) {
	t.Parallel()
	var app *temporal.ApplicationError
	require.ErrorAs(t, failure.Wrap(refusals()["invalid"]), &app)
	assert.Contains(t, app.Error(), "invalid_input")
	assert.NotContains(t, app.Error(), "organ")
}
