package form

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"huajie/domain"
	"huajie/domain/mask"
)

// Input is what a person entered, by field name, as JSON gives it.
type Input map[string]any

// Check reads the input against the fields. It returns the clean input (codes
// in canonical form, texts trimmed, absent optional fields left out) and every
// fault found. It never echoes a submitted value.
func Check(fields []Field, in Input, lookup Lookup) (Input, []domain.FieldError) {
	clean := Input{}
	var faults []domain.FieldError
	known := map[string]bool{}
	for _, f := range fields {
		known[f.Name] = true
		v, given := in[f.Name]
		asked := f.When == "" || in[f.When] == true
		if !given || blank(v) {
			if f.Required && asked {
				faults = append(faults, domain.Fault(f.Name, "required", f.ZH+":必填", f.EN+" is required"))
			}
			continue
		}
		if !asked {
			faults = append(faults, f.fault("not_asked", "未勾选相应情形,不应填写", "is not asked for here")...)
			continue
		}
		value, found := f.read(v, lookup)
		if list, ok := value.([]any); ok && len(list) == 0 && len(found) == 0 {
			value = nil // nothing but blanks
			if f.Required {
				found = f.fault("required", "必填", "is required")
			}
		}
		faults = append(faults, found...)
		if len(found) == 0 && value != nil {
			clean[f.Name] = value
		}
	}
	for name := range in {
		if !known[name] {
			faults = append(faults, domain.Fault(fieldName(name), "unknown_field", "没有这一项", "there is no such field"))
		}
	}
	slices.SortStableFunc(faults, func(a, b domain.FieldError) int { return strings.Compare(a.Field, b.Field) })
	return clean, faults
}

// fieldName keeps a submitted name out of the answer unless it looks like a name.
func fieldName(name string) string {
	if len(name) > 40 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_0123456789") != "" {
		return "?"
	}
	return name
}

func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	}
	return false
}

func (f Field) fault(reason, zh, en string) []domain.FieldError {
	return []domain.FieldError{domain.Fault(f.Name, reason, f.ZH+":"+zh, f.EN+": "+en)}
}

func (f Field) read(v any, lookup Lookup) (any, []domain.FieldError) {
	switch f.Type {
	case Integer:
		return f.readInteger(v)
	case Boolean:
		return f.readBoolean(v)
	case Units, Users, Cases, Files, Attached:
		return f.readList(v, lookup)
	case Point:
		return f.readPoint(v)
	case Objects:
		return f.readObjects(v, lookup)
	}
	s, ok := v.(string)
	if !ok {
		return nil, f.fault("type", "应为文本", "must be a text")
	}
	return f.readString(strings.TrimSpace(s), lookup)
}

func (f Field) readString(s string, lookup Lookup) (any, []domain.FieldError) {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return nil, f.fault("type", "含有无法识别的字符", "contains characters that cannot be stored")
	}
	if (f.Type == Line || f.Type == Text) && !f.Secret && (mask.Looks(s) || f.Identity && mask.Any(s)) {
		return nil, f.fault("masked", "是脱敏后的值,请填写真实内容或留空", "is a masked value: enter the real one, or leave it out")
	}
	longest := f.Max
	if longest == 0 {
		longest = longestLine
		if f.Type == Text {
			longest = longestText
		}
	}
	if n := utf8.RuneCountInString(s); n > longest || n < f.Min {
		return nil, f.fault("range", fmt.Sprintf("应为%d至%d个字", f.Min, longest), fmt.Sprintf("must have %d to %d characters", f.Min, longest))
	}
	if f.NoNumbers && mask.HoldsNumber(s) {
		return nil, f.fault("number", "请勿填写电话或证件号码", "leave telephone and document numbers out")
	}
	switch f.Type {
	case Code:
		c, ok := lookup.Canonical(f.Table, s)
		if !ok {
			return nil, f.fault("unknown_code", "没有这个代码", "is not in the code table "+f.Table)
		}
		if slices.Contains(f.Without, c) {
			return nil, f.fault("not_here", "此处不能选择该项", "is a code that is not for this input")
		}
		return c, nil
	case Choice:
		if values := f.Values(); !slices.Contains(values, s) {
			return nil, f.fault("unknown_code", "应为所列选项之一", "must be one of "+strings.Join(values, ", "))
		}
	case Unit:
		if !lookup.HasUnit(s) {
			return nil, f.fault("unknown_unit", "没有这个单位", "is not a unit of the organisation")
		}
	case Moment:
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			return nil, f.fault("type", "应为带时区的时间", "must be a time with zone (RFC 3339)")
		}
	case Date:
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return nil, f.fault("type", "应为日期(年-月-日)", "must be a date (YYYY-MM-DD)")
		}
	}
	return s, nil
}

func (f Field) readInteger(v any) (any, []domain.FieldError) {
	var n int
	switch v := v.(type) {
	case float64:
		if v != math.Trunc(v) || math.Abs(v) > 1e9 {
			return nil, f.fault("type", "应为整数", "must be a whole number")
		}
		n = int(v)
	case int:
		n = v
	default:
		return nil, f.fault("type", "应为整数", "must be a whole number")
	}
	if n < f.Min || (f.Max != 0 && n > f.Max) {
		return nil, f.fault("range", "超出范围", "is out of range")
	}
	return n, nil
}

func (f Field) readBoolean(v any) (any, []domain.FieldError) {
	b, ok := v.(bool)
	if !ok {
		return nil, f.fault("type", "应为是或否", "must be true or false")
	}
	if f.Yes && !b {
		return nil, f.fault("declaration", "须确认后方可继续", "must be declared before going on")
	}
	return b, nil
}

func (f Field) readList(v any, lookup Lookup) (any, []domain.FieldError) {
	items, ok := v.([]any)
	if list, isStrings := v.([]string); isStrings {
		items, ok = nil, true
		for _, s := range list {
			items = append(items, s)
		}
	}
	if !ok || len(items) > mostItems {
		return nil, f.fault("type", "应为列表", "must be a list")
	}
	one := f
	one.Type, one.Min, one.Max = User, 0, 0
	switch f.Type {
	case Units:
		one.Type = Unit
	case Cases:
		one.Type = Case
	case Files:
		one.Type = Line
	case Attached:
		if one.Type = Line; len(f.Options) > 0 { // a case without any has a rule to say so
			one.Type = Choice
		}
	}
	out := []any{}
	for _, item := range items {
		if blank(item) {
			continue
		}
		value, faults := one.read(item, lookup)
		if len(faults) > 0 {
			return nil, faults
		}
		if !slices.Contains(out, value) {
			out = append(out, value)
		}
	}
	return out, nil
}

// readPoint reads a place as a device tells it.
func (f Field) readPoint(v any) (any, []domain.FieldError) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, f.fault("type", "应为经纬度", "must be an object with lat and lon")
	}
	out := map[string]any{}
	for name, x := range m {
		n, ok := x.(float64)
		if i, whole := x.(int); whole {
			n, ok = float64(i), true
		}
		if !ok || !slices.Contains([]string{"lat", "lon", "accuracy"}, name) || name == "accuracy" && !(n >= 0 && n < 1e6) {
			return nil, f.fault("type", "应为经纬度", "must be an object with lat and lon, and accuracy in metres where known")
		}
		out[name] = n
	}
	_, lat := out["lat"]
	_, lon := out["lon"]
	if !lat || !lon {
		return nil, f.fault("type", "应为经纬度", "must be an object with lat and lon")
	}
	if at, _, _ := (Input{f.Name: out}).Point(f.Name); !at.Valid() {
		return nil, f.fault("range", "经纬度无效", "is no place on the earth")
	}
	return out, nil
}

func (f Field) readObjects(v any, lookup Lookup) (any, []domain.FieldError) {
	items, ok := v.([]any)
	if !ok || len(items) > mostItems {
		return nil, f.fault("type", "应为列表", "must be a list")
	}
	out := []any{}
	var faults []domain.FieldError
	for i, item := range items {
		m, ok := item.(map[string]any)
		if !ok {
			faults = append(faults, f.fault("type", "列表各项应为对象", "items must be objects")...)
			continue
		}
		clean, found := Check(f.Of, m, lookup)
		for _, x := range found {
			x.Field = fmt.Sprintf("%s[%d].%s", f.Name, i, x.Field)
			faults = append(faults, x)
		}
		out = append(out, map[string]any(clean))
	}
	return out, faults
}
