package api

import (
	"context"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/view"
)

type unknownKey struct{}

// strict notes the query parameters an operation does not have. They are told
// together with whatever else is wrong, not one after the other.
func (s *server) strict(ctx huma.Context, next func(huma.Context)) {
	var faults []domain.FieldError
	at := ctx.URL()
	for name := range at.Query() {
		known := func(p *huma.Param) bool { return p.In == "query" && p.Name == name }
		if !slices.ContainsFunc(ctx.Operation().Parameters, known) {
			faults = append(faults, domain.Fault(shortName(name), "unknown_field", "没有这个查询参数", "there is no such query parameter"))
		}
	}
	if len(faults) > 0 {
		ctx = huma.WithValue(ctx, unknownKey{}, faults)
	}
	next(ctx)
}

func unknownOf(ctx context.Context) []domain.FieldError {
	faults, _ := ctx.Value(unknownKey{}).([]domain.FieldError)
	return faults
}

// identifier is what a mistaken name looks like. Anything else may be a value
// that slipped, and is not told back.
var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func shortName(name string) string {
	if identifier.MatchString(name) {
		return name
	}
	return "?"
}

// withFaults adds faults to a refusal of the inputs, or makes one.
func withFaults(err error, faults []domain.FieldError) error {
	var refusal *domain.Error
	switch {
	case len(faults) == 0:
		return err
	case err == nil:
		return domain.Invalid(faults...)
	case errors.As(err, &refusal) && refusal.Code == domain.CodeInvalid:
		return domain.Invalid(append(slices.Clone(refusal.Fields), faults...)...)
	}
	return err
}

// finish is what every handler has around it: unknown parameters are refused,
// and every time is shown in one form.
func finish[I, O any](h func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		if faults := unknownOf(ctx); len(faults) > 0 {
			return nil, domain.Invalid(faults...)
		}
		out, err := h(ctx, in)
		if out != nil {
			localize(reflect.ValueOf(out))
		}
		return out, err
	}
}

var timeType = reflect.TypeFor[time.Time]()

// localize puts every time in an answer into the zone of the office, to the
// microsecond. Maps are answers' own or hold no times.
func localize(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			localize(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			localize(v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if v.Type().Elem().Kind() != reflect.Struct {
				return
			}
			own := reflect.New(v.Type().Elem()).Elem()
			own.Set(v.MapIndex(k))
			localize(own)
			v.SetMapIndex(k, own)
		}
	case reflect.Struct:
		if v.Type() == timeType {
			if v.CanSet() {
				v.Set(reflect.ValueOf(view.Local(v.Interface().(time.Time))))
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				localize(v.Field(i))
			}
		}
	}
}
