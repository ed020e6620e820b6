package api

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestEveryListCanBeAskedForWhole: a parameter a list has can be asked for in an export of it,
// whatever its type.
func TestEveryListCanBeAskedForWhole(t *testing.T) {
	t.Parallel()
	for _, in := range []any{&listInput{}, &whistlesInput{}, &stats235Input{}} {
		v := reflect.ValueOf(in).Elem()
		for i := range v.NumField() {
			f := v.Type().Field(i)
			name := f.Tag.Get("query")
			if name == "" || slices.Contains(paging, name) {
				continue
			}
			value, _, _ := strings.Cut(f.Tag.Get("enum"), ",")
			if f.Type == reflect.TypeFor[time.Time]() {
				value = "2026-11-23T00:00:00+08:00"
			}
			assert.Empty(t, readQuery(map[string][]string{name: {value}}, in), "%T %s", in, name)
			assert.NotEmpty(t, readQuery(map[string][]string{name: make([]string, 101)}, in), "%T %s", in, name)
		}
	}
}

// TestAParameterOfAnotherTypeIsRefused, and takes nobody down.
func TestAParameterOfAnotherTypeIsRefused(t *testing.T) {
	t.Parallel()
	for _, in := range []any{&struct {
		X int `query:"x"`
	}{}, &struct {
		X bool `query:"x"`
	}{}, &struct {
		X []int `query:"x"`
	}{}} {
		assert.Len(t, readQuery(map[string][]string{"x": {"1"}}, in), 1)
	}
}
