package api

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/api/tracker"
	"huajie/domain/form"
	"huajie/domain/patrol"
	"huajie/domain/view"
)

var deviceFields = []form.Field{{Name: "label", ZH: "设备名称", EN: "name of the device", Type: form.Line, Required: true, Max: 60}}

// DeviceView is a program that may send the caller's points.
type DeviceView struct {
	ID        int64     `json:"id"`
	Label     string    `json:"label"`
	CreatedAt time.Time `json:"created_at"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
	Token     string    `json:"token,omitempty" doc:"told once, when it is made: password of OwnTracks, identifier of Traccar Client"`
}

// DeviceList are devices.
type DeviceList struct {
	Items []DeviceView `json:"items"`
}

type deviceOutput struct{ Body DeviceView }
type deviceListOutput struct{ Body DeviceList }

func showDevice(d view.Device) DeviceView {
	return DeviceView{ID: d.ID, Label: d.Label, CreatedAt: d.CreatedAt, RevokedAt: d.RevokedAt}
}

// addDevice makes the token of a device.
func (s *server) addDevice(ctx context.Context, in *formInput) (*deviceOutput, error) {
	m, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	clean, err := s.readForm(in, deviceFields)
	if err != nil {
		return nil, err
	}
	d, token, err := s.Field.AddDevice(ctx, m.Username, clean.Text("label"), s.Now())
	if err != nil {
		return nil, err
	}
	out := &deviceOutput{showDevice(d)}
	out.Body.Token = token
	return out, nil
}

func (s *server) listDevices(ctx context.Context, _ *struct{}) (*deviceListOutput, error) {
	m, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.Field.Devices(ctx, m.Username)
	if err != nil {
		return nil, err
	}
	out := &deviceListOutput{DeviceList{Items: []DeviceView{}}}
	for _, d := range all {
		out.Body.Items = append(out.Body.Items, showDevice(d))
	}
	return out, nil
}

// revokeDevice ends the token of a device at once.
func (s *server) revokeDevice(ctx context.Context, in *idInput) (*struct{}, error) {
	m, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Field.RevokeDevice(ctx, m.Username, in.ID, s.Now())
}

// Foreign is what a program of others sends, as it came.
type Foreign struct {
	RawBody []byte
	query   url.Values
	kind    string
	auth    string
}

// Resolve is called by huma.
func (f *Foreign) Resolve(ctx huma.Context) []error {
	at := ctx.URL()
	f.query, f.kind, f.auth = at.Query(), ctx.Header("Content-Type"), ctx.Header("Authorization")
	return nil
}

// deviceToken finds the token a request carries: as a bearer, or as the password of
// HTTP basic authentication.
func deviceToken(authorization string) string {
	scheme, rest, _ := strings.Cut(authorization, " ")
	switch strings.ToLower(scheme) {
	case "bearer":
		return strings.TrimSpace(rest)
	case "basic":
		plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
		if err != nil {
			return ""
		}
		_, password, _ := strings.Cut(string(plain), ":")
		return password
	}
	return ""
}

// ownTracksOutput is an empty list of messages to the client. What became of the
// point is told beside it: the client itself understands no more than that it
// need not send it again.
type ownTracksOutput struct {
	Told
	Body []string
}

// Told says beside an answer in a foreign format what became of the point.
type Told struct {
	ServerTime string `header:"X-Server-Time" doc:"RFC 3339"`
	Result     string `header:"X-Point" doc:"stored, known, refused, or none when the message had no place"`
	Reason     string `header:"X-Point-Reason" doc:"why it was refused: malformed, clock, off_duty"`
}

// ownTracks takes a message of OwnTracks in HTTP mode.
func (s *server) ownTracks(ctx context.Context, in *Foreign) (*ownTracksOutput, error) {
	m, err := s.device(ctx, deviceToken(in.auth))
	if err != nil {
		return nil, err
	}
	p, placed, err := tracker.OwnTracks(in.RawBody)
	if err != nil {
		return nil, errTracker
	}
	told, _, err := s.takeOne(ctx, m, p, placed)
	return &ownTracksOutput{told, []string{}}, err
}

type traccarOutput struct {
	Told
	Body Received
}

// traccar takes a message of the OsmAnd protocol. The identifier is the token.
func (s *server) traccar(ctx context.Context, in *Foreign) (*traccarOutput, error) {
	msg, err := tracker.Traccar(in.query, in.kind, in.RawBody)
	token := msg.Device
	if other := deviceToken(in.auth); other != "" {
		token = other
	}
	m, refused := s.device(ctx, token)
	switch {
	case refused != nil:
		return nil, refused
	case err != nil:
		return nil, errTracker
	}
	told, got, err := s.takeOne(ctx, m, msg.Point, msg.Placed)
	return &traccarOutput{told, got}, err
}

// traccarQuery is traccar for clients that put everything into the address.
func (s *server) traccarQuery(ctx context.Context, in *addressOnly) (*traccarOutput, error) {
	return s.traccar(ctx, &Foreign{query: in.query, auth: in.auth})
}

// addressOnly is Foreign without a body.
type addressOnly struct {
	query url.Values
	auth  string
}

// Resolve is called by huma.
func (a *addressOnly) Resolve(ctx huma.Context) []error {
	at := ctx.URL()
	a.query, a.auth = at.Query(), ctx.Header("Authorization")
	return nil
}

var errTracker = malformed("tracker_format", "定位报文格式不正确", "the message is not in the format of the tracker")

// device gives the member a device's token stands for.
func (s *server) device(ctx context.Context, token string) (member, error) {
	u, err := s.Field.UserByDevice(ctx, token)
	if err != nil {
		return member{}, err
	}
	m, ok := s.patrols().Member(u)
	if !ok {
		return m, errSignIn // holds the office no more
	}
	return m, nil
}

// takeOne keeps one point. A refusal is no failure: the client would send the point
// again for ever, and it must not be kept.
func (s *server) takeOne(ctx context.Context, m member, p patrol.Point, placed bool) (Told, Received, error) {
	now := s.Now()
	told := Told{ServerTime: now.In(zone).Format(time.RFC3339), Result: "none"}
	if !placed {
		return told, Received{ServerTime: now, Refused: map[patrol.Reason]int{}}, nil
	}
	if p.At.IsZero() {
		p.At = now
	}
	got, err := s.take(ctx, m, []patrol.Point{p}, []bool{false})
	if err != nil {
		return told, Received{}, err
	}
	told.Result, told.Reason = got.Results[0].Result, string(got.Results[0].Reason)
	return told, *got, nil
}
