package machine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	jsonpatch "github.com/evanphx/json-patch/v5"
)

// change gives the merge patch that leads from one encoded state to the next, or
// nil when nothing changed. Fields that read the same have not changed, so that only
// the few others are compared as JSON. The sequence is left out: every event implies it.
func change(before, after []byte) (json.RawMessage, error) {
	was, is := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for name, value := range members(before) {
		was[name] = value
	}
	for name, value := range members(after) {
		if old, ok := was[name]; name == "seq" || ok && bytes.Equal(old, value) {
			delete(was, name)
		} else {
			is[name] = value
		}
	}
	before, err := json.Marshal(was)
	if err == nil {
		after, err = json.Marshal(is)
	}
	var patch []byte
	if err == nil {
		patch, err = jsonpatch.CreateMergePatch(before, after)
	}
	if err != nil {
		return nil, fmt.Errorf("compare states: %w", err)
	}
	if string(patch) == "{}" {
		return nil, nil
	}
	return patch, nil
}

// patched makes a state the one that a merge patch leads to from another. What the
// patch does not name is shared by both: a state that was folded is not changed any more.
func patched(next, from Subject, patch []byte) error {
	state := reflect.ValueOf(next).Elem()
	state.Set(reflect.ValueOf(from).Elem())
	if len(patch) == 0 {
		return nil
	}
	return merge(state, patch)
}

// merge applies a merge patch (RFC 7386) to a value. Nothing the value pointed to is
// changed: what is patched is replaced by a copy.
func merge(v reflect.Value, patch []byte) error {
	switch {
	case string(patch) == "null":
		v.SetZero()
		return nil
	case patch[0] != '{':
		return replace(v, patch)
	}
	switch v.Kind() {
	case reflect.Pointer:
		next := reflect.New(v.Type().Elem())
		if !v.IsNil() {
			next.Elem().Set(v.Elem())
		}
		v.Set(next)
		return merge(next.Elem(), patch)
	case reflect.Interface: // what was entered: a tree of maps and lists
		tree, _ := v.Interface().(map[string]any)
		next := reflect.ValueOf(&tree).Elem()
		if err := mergeMap(next, patch); err != nil {
			return err
		}
		v.Set(next)
		return nil
	case reflect.Map:
		return mergeMap(v, patch)
	case reflect.Struct:
		fields := fieldsOf(v.Type())
		for name, value := range members(patch) {
			if at, ok := fields[name]; ok {
				if err := merge(v.FieldByIndex(at), value); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return replace(v, patch)
}

// mergeMap merges into a copy of a map and puts it in its place.
func mergeMap(v reflect.Value, patch []byte) error {
	next := reflect.MakeMap(v.Type())
	for was := v.MapRange(); was.Next(); {
		next.SetMapIndex(was.Key(), was.Value())
	}
	for name, value := range members(patch) {
		key := reflect.ValueOf(name).Convert(v.Type().Key())
		if string(value) == "null" {
			next.SetMapIndex(key, reflect.Value{})
			continue
		}
		element := reflect.New(v.Type().Elem()).Elem()
		if was := next.MapIndex(key); was.IsValid() {
			element.Set(was)
		}
		if err := merge(element, value); err != nil {
			return err
		}
		next.SetMapIndex(key, element)
	}
	v.Set(next)
	return nil
}

// replace decodes a value in the place of another.
func replace(v reflect.Value, encoded []byte) error {
	next := reflect.New(v.Type())
	err := json.Unmarshal(encoded, next.Interface())
	v.Set(next.Elem())
	return err
}

var fieldsByType sync.Map // of map[string][]int, by reflect.Type

// fieldsOf tells where in a struct lies what is encoded under a name.
func fieldsOf(t reflect.Type) map[string][]int {
	if known, ok := fieldsByType.Load(t); ok {
		return known.(map[string][]int)
	}
	out := map[string][]int{}
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			out[name] = f.Index
		}
	}
	fieldsByType.Store(t, out)
	return out
}
