package api

import (
	"context"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
)

// publicEventFields are what somebody without an account may say of a grid event. How
// urgent it is the catalogue tells; photos need an account.
var publicEventFields = []string{"category", "description", "location", "grid", "spot", "occurred_at", "petitioner"}

var errNoReport = domain.Forbid("not_your_office", "E1", "您的岗位不能上报网格事件", "your office may not report a grid event")

// reportEvent opens a grid event. Like a grievance it is taken in even while the
// engine is away: 202 says so.
func (s *server) reportEvent(ctx context.Context, in *registerInput) (*registerOutput, error) {
	who := callerOf(ctx)
	_, officer, ok := gridevent.MayReport(who.actor)
	if !ok {
		return nil, errNoReport
	}
	if err := readKey(in.Key, false); err != nil {
		return nil, err
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	m, err := readMatter(input, gridevent.ReportFields, s.rulesHere())
	if err != nil {
		return nil, err
	}
	r := s.registration(who, "report", in.Key, input, m)
	r.Source = "account/" + who.actor.User
	r.Anonymous = m.anonymous && !officer && !grievance.IsCitizen(who.actor) // who has an account is told by it
	written, err := s.Registrar.ReportEvent(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.receipt(ctx, written)
}

// reportInPublic takes in a grid event from anybody, without an account.
func (s *server) reportInPublic(ctx context.Context, in *publicRegisterInput) (*publicReceiptOutput, error) {
	if err := readKey(in.Key, false); err != nil {
		return nil, err
	}
	if err := s.patience.spend(in.address, "register"); err != nil {
		return nil, err
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	faults := onlyThese(input, publicEventFields)
	m, err := readMatter(input, gridevent.ReportFields, s.rulesHere())
	if err = withFaults(err, faults); err != nil {
		return nil, err
	}
	r := s.registration(caller{actor: petitioner}, "report", "", input, m)
	if in.Key != "" { // strangers share no account: a key tells only equal requests apart
		r.Key = commandKey(domain.Petitioner, "report/"+r.Fingerprint, in.Key)
	}
	r.Source = "address/" + hostOf(in.address)
	written, err := s.Registrar.ReportEvent(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.publicReceipt(ctx, written)
}

// onlyThese takes out of an input what may not be said, and tells of it.
func onlyThese(input form.Input, allowed []string) (faults []domain.FieldError) {
	for name := range input {
		if !slices.Contains(allowed, name) {
			faults = append(faults, domain.Fault(shortName(name), "unknown_field", "没有这一项", "there is no such field"))
			delete(input, name)
		}
	}
	return faults
}

// EventForm is the form of a report.
type EventForm struct {
	Fields     []Field `json:"fields"`
	Petitioner []Field `json:"petitioner" doc:"inputs of the object petitioner, of a citizen who reports"`
}

type eventFormOutput struct{ Body EventForm }

// eventForm tells the inputs of a report; grids are too many to choose from a list, and
// of the categories only those that are no class can be reported.
func (s *server) eventForm(ctx context.Context, in *languageInput) (*eventFormOutput, error) {
	rules, inEnglish := s.rulesHere(), english(in.Language)
	var out EventForm
	for to, fields := range map[*[]Field][]form.Field{&out.Fields: gridevent.ReportFields, &out.Petitioner: petitionerFields} {
		described, err := s.fields(ctx, fields, hints{rules: rules}, inEnglish)
		if err != nil {
			return nil, err
		}
		*to = described
	}
	class := func(code string) bool { _, leaf := rules.Events.Type(code); return !leaf }
	for i := range out.Fields {
		switch f := &out.Fields[i]; {
		case strings.HasPrefix(string(f.Type), "unit"):
			f.Options, f.Choices = nil, nil
		case f.Name == "category":
			f.Options = slices.DeleteFunc(f.Options, class)
			f.Choices = slices.DeleteFunc(f.Choices, func(c Choice) bool { return class(c.Value) })
		}
	}
	return &eventFormOutput{out}, nil
}

// reportSchema describes a report.
func reportSchema() *huma.Schema {
	s := schemaOf(gridevent.ReportFields, false)
	s.Properties["petitioner"] = schemaOf(petitionerFields, false)
	s.Properties["petitioner"].Description = `a citizen who reports by way of somebody else; {"anonymous": true} for nobody`
	return s
}

// publicReportSchema describes what may be said without an account.
func publicReportSchema() *huma.Schema { return only(reportSchema(), publicEventFields) }

// only leaves of a schema what may be said.
func only(s *huma.Schema, allowed []string) *huma.Schema {
	for name := range s.Properties {
		if !slices.Contains(allowed, name) {
			delete(s.Properties, name)
		}
	}
	s.Required = slices.DeleteFunc(s.Required, func(name string) bool { return !slices.Contains(allowed, name) })
	return s
}
