package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/casekind"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/view"
)

// petitionerFields are the inputs about a person (Appendix A 登记表). None is
// required: intake is never refused for a missing document (R5).
var petitionerFields = []form.Field{
	{Name: "anonymous", ZH: "匿名", EN: "anonymous", Type: form.Boolean},
	{Name: "name", ZH: "姓名", EN: "name", Type: form.Line, Max: 100, Identity: true},
	{Name: "phone", ZH: "联系电话", EN: "telephone", Type: form.Line, Max: 40, Identity: true},
	{Name: "id_type", ZH: "证件类型", EN: "type of identity document", Type: form.Line, Max: 40},
	{Name: "id_no", ZH: "证件号码", EN: "number of identity document", Type: form.Line, Max: 60, Identity: true},
	{Name: "address", ZH: "住址", EN: "address", Type: form.Line, Identity: true},
	form.Choice.Named("kind", "类型", "kind").Or("person", "个人", "person").Or("org", "单位", "organisation"),
	form.Choice.Named("language", "语言", "language").Or("zh", "中文", "Chinese").Or("en", "英语", "English").Or("ko", "朝鲜语", "Korean"),
	{Name: activities.ViaCentre, ZH: "要求经中心联系,不向承办单位透露身份", EN: "reach me through the centre; the unit is not told who I am", Type: form.Boolean},
}

var representativeFields = []form.Field{
	{Name: "name", ZH: "姓名", EN: "name", Type: form.Line, Required: true, Max: 100, Identity: true},
	{Name: "phone", ZH: "联系电话", EN: "telephone", Type: form.Line, Max: 40, Identity: true},
}

// detailNames are the words of a registration that are kept beside the case.
var detailNames = []string{"place", "request", "facts", "respondent", "respondent_unit", "missing_materials", "read_back"}

type registerInput struct {
	FormBody
	Key string `header:"Idempotency-Key" doc:"A retry with the same key gets the case registered then."`
}

// Registered is the receipt of a matter.
type Registered struct {
	view.CaseView
	QueryCode string `json:"query_code" doc:"with the number, the petitioner's way to follow the case"`
}

type registerOutput struct {
	Status   int
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Registered
}

// matter is a registration as it was entered, checked.
type matter struct {
	input     form.Input // of the rules
	person    form.Input
	reps      []any
	anonymous bool
}

// readMatter takes the people out of what was entered and checks everything, so
// that all faults are told at once.
func readMatter(in form.Input, fields []form.Field, rules *machine.Rules) (matter, error) {
	lookup := machine.LookupOf(rules)
	m := matter{input: form.Input{}}
	var faults []domain.FieldError
	person, given := map[string]any{}, false
	for name, v := range in {
		switch name {
		case "petitioner":
			if person, given = v.(map[string]any); !given && v != nil {
				faults = append(faults, domain.Fault("petitioner", "type", "诉求人:应为对象", "the petitioner must be an object"))
			}
		case "representatives":
			reps, found := form.Check([]form.Field{{Name: name, ZH: "代表", EN: "representatives", Type: form.Objects, Of: representativeFields}}, form.Input{name: v}, lookup)
			faults = append(faults, found...)
			most := rules.Policy.Int("reception.rep_max") // XF §20
			if m.reps, _ = reps[name].([]any); len(m.reps) > most {
				faults = append(faults, domain.Fault(name, "range", fmt.Sprintf("代表不超过%d人", most), fmt.Sprintf("at most %d representatives", most)))
			}
		default:
			m.input[name] = v
		}
	}
	clean, found := form.Check(petitionerFields, person, lookup)
	for _, f := range found {
		f.Field = "petitioner." + f.Field
		faults = append(faults, f)
	}
	wish := clean.Bool(activities.ViaCentre)
	delete(clean, activities.ViaCentre)
	m.anonymous = clean.Bool("anonymous") || len(clean) == 0
	delete(clean, "anonymous")
	if wish {
		clean[activities.ViaCentre] = "true"
	}
	m.person = clean
	if _, found := form.Check(fields, m.input, lookup); len(found) > 0 || len(faults) > 0 {
		return m, domain.Invalid(append(found, faults...)...)
	}
	return m, nil
}

// register starts a case. The ledger has it before any workflow does, so a
// matter is taken in even while the engine is away: 202 says so.
func (s *server) register(ctx context.Context, in *registerInput) (*registerOutput, error) {
	who := callerOf(ctx)
	if _, _, ok := grievance.MayRegister(who.actor); !ok {
		return nil, domain.Forbid("not_your_office", "G1", "您的岗位不能登记诉求", "your office may not register a matter")
	}
	if err := readKey(in.Key, false); err != nil {
		return nil, err
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	m, err := readMatter(input, grievance.RegisterFields, s.rulesHere())
	if err != nil {
		return nil, err
	}
	r := s.registration(who, "register", in.Key, input, m)
	r.Source = "account/" + who.actor.User
	written, err := s.Registrar.Register(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.receipt(ctx, written)
}

// registration is a matter as the desk takes it. act tells keys of one kind of matter
// from those of another.
func (s *server) registration(who caller, act, key string, input form.Input, m matter) activities.RegisterInput {
	in := activities.RegisterInput{Actor: who.actor, ActorName: domain.Text{ZH: who.user.ZH, EN: who.user.EN}, Fingerprint: fingerprint(act, input), Input: m.input, Anonymous: m.anonymous, At: s.Now()}
	if key != "" {
		in.Key = commandKey(who.actor.User, act, key)
	}
	details := map[string]any{}
	for _, name := range detailNames {
		if v, ok := m.input[name]; ok {
			details[name] = v
		}
	}
	if len(m.reps) > 0 {
		details["representatives"] = m.reps
	}
	in.Intake.Details = details
	if m.anonymous {
		return in
	}
	in.Intake.PersonID, in.Intake.Person = newPersonID(), map[string]string{}
	for name := range m.person {
		in.Intake.Person[name] = m.person.Text(name)
	}
	// XF §23: who cannot be named or reached need not be sent written notices.
	in.NameUnclear = m.person.Text("name") == "" || (m.person.Text("phone") == "" && m.person.Text("address") == "")
	return in
}

// newPersonID says nothing about the person.
func newPersonID() string {
	var b [12]byte
	_, _ = rand.Read(b[:]) // never fails
	return "p" + hex.EncodeToString(b[:])
}

// receipt starts the workflow and answers with the case as it was registered.
func (s *server) receipt(ctx context.Context, w activities.Written) (*registerOutput, error) {
	status := http.StatusCreated
	if err := s.begin(ctx, w.No, w.Events); err != nil {
		// The case is safe in the ledger; the worker starts what is not started.
		s.Log.WarnContext(ctx, "registered, but its workflow could not be started yet", "request_id", infoOf(ctx).requestID, "error", err)
		status = http.StatusAccepted
	}
	kind, ok := casekind.OfNumber(w.No)
	if !ok {
		return nil, fmt.Errorf("no kind of case has the number %q", w.No)
	}
	c, err := kind.Fresh(), error(nil)
	for _, e := range w.Events {
		if c, err = machine.Evolve(c, kind.Fresh, e); err != nil {
			return nil, err
		}
	}
	shown := s.cases.answer(ctx, c, c.Card().RegisteredAt)
	return &registerOutput{Status: status, Location: basePath + "/cases/" + w.No, ETag: shown.ETag,
		Body: Registered{shown.Body, w.QueryCode}}, nil
}

// RegisterForm is the form of a registration.
type RegisterForm struct {
	Fields          []Field `json:"fields"`
	Petitioner      []Field `json:"petitioner" doc:"inputs of the object petitioner"`
	Representatives []Field `json:"representatives" doc:"inputs of each representative; policy reception.rep_max tells how many"`
}

type registerFormOutput struct{ Body RegisterForm }

type languageInput struct {
	Language string `header:"Accept-Language" hidden:"true"`
}

// registerForm tells the inputs of a registration; places are looked up among
// the units, because there are too many to choose from a list.
func (s *server) registerForm(ctx context.Context, in *languageInput) (*registerFormOutput, error) {
	h, inEnglish := hints{rules: s.rulesHere()}, english(in.Language)
	var out RegisterForm
	for to, fields := range map[*[]Field][]form.Field{&out.Fields: grievance.RegisterFields, &out.Petitioner: petitionerFields, &out.Representatives: representativeFields} {
		described, err := s.fields(ctx, fields, h, inEnglish)
		if err != nil {
			return nil, err
		}
		*to = described
	}
	for i, f := range out.Fields {
		if strings.HasPrefix(string(f.Type), "unit") {
			out.Fields[i].Options, out.Fields[i].Choices = nil, nil
		}
	}
	return &registerFormOutput{out}, nil
}
