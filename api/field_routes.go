package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain/form"
)

// tagField is the part of the document on work in the field.
const tagField = "field work"

// fieldRoutes are the routes of patrol and 235 (R58, R78).
func (s *server) fieldRoutes() {
	get(s, "/field/tasks", "field-tasks", tagField, "What waits for the caller at some place, with distance and time left", s.fieldTasks)
	post(s, "/field/sync", "field-sync", tagField, "Carry out what was done without a line, command by command", syncSchema(), http.StatusOK, s.sync)
	post(s, "/field/duty", "field-duty", tagField, "Go on or off duty", schemaOf(dutyFields, false), http.StatusOK, s.duty)
	post(s, "/field/patrols/start", "start-patrol", tagField, "Start a patrol", schemaOf(spanFields, false), http.StatusOK, s.startPatrol)
	post(s, "/field/patrols/stop", "stop-patrol", tagField, "Stop the patrol", schemaOf(spanFields, false), http.StatusOK, s.stopPatrol)
	post(s, "/field/tracks", "send-track", tagField, "Send points, with what became of each", tracksSchema(), http.StatusOK, s.tracks)
	post(s, "/field/heartbeats", "send-heartbeats", tagField, "Send signs of life of the app", beatsSchema(), http.StatusOK, s.heartbeats)
	get(s, "/field/day", "field-day", tagField, "A day of the caller, measured and explained", s.ownDay)
	get(s, "/field/week", "field-week", tagField, "An ISO week of the caller", s.ownWeek)
	get(s, "/field/month", "field-month", tagField, "A month of the caller, with its score", s.ownMonth)
	get(s, "/field/tracks", "get-track", tagField, "A day point by point; somebody else's needs a reason and is recorded", s.track)
	get(s, "/field/track-reads", "list-track-reads", tagField, "Who looked at the caller's tracks, and what for", s.trackReads)

	post(s, "/field/updates", "add-update", tagField, "Note that a part of the own grid's data was looked through; no personal data", schemaOf(updateFields, false), http.StatusOK, s.addUpdate)
	get(s, "/field/updates", "list-updates", tagField, "What the caller looked through in a month", s.listUpdates)

	get(s, "/field/flags", "list-flags", tagField, "Integrity flags of members in the caller's area, page by page of members", s.listFlags)
	post(s, "/field/flags/rulings", "rule-flag", tagField, "Confirm or clear an integrity flag, with a reason", schemaOf(rulingFields, false), http.StatusOK, s.ruleFlag)

	s.recheckRoutes()

	get(s, "/field/leave", "list-leave", tagField, "Own absences, or those that wait for the caller's decision", s.listLeave)
	post(s, "/field/leave", "ask-leave", tagField, "Ask for leave, or enter an emergency assignment", schemaOf(leaveFields, false), http.StatusOK, s.askLeave)
	post(s, "/field/leave/{id}/decision", "decide-leave", tagField, "Approve or decline; never one's own", schemaOf(decisionFields, false), http.StatusOK, s.decideLeave)
	get(s, "/field/exemptions", "list-exemptions", tagField, "Days of severe weather in the caller's area", s.listExemptions)
	post(s, "/field/exemptions", "declare-exemption", tagField, "Declare severe weather for an area", schemaOf(exemptionFields, false), http.StatusOK, s.declare)
	register(s, operation(http.MethodDelete, basePath+"/field/exemptions/{id}", "withdraw-exemption", tagField, "Take an exemption back"), http.StatusOK, nil, true, s.withdraw)

	get(s, "/field/devices", "list-devices", tagField, "Programs that may send the caller's points", s.listDevices)
	post(s, "/field/devices", "add-device", tagField, "Make a token for a program that sends points", schemaOf(deviceFields, false), http.StatusOK, s.addDevice)
	register(s, operation(http.MethodDelete, basePath+"/field/devices/{id}", "revoke-device", tagField, "End the token of a device"), http.StatusNoContent, nil, true, s.revokeDevice)

	foreignly(s, http.MethodPost, "/track/owntracks", "owntracks", "A message of OwnTracks in HTTP mode", foreignSchema("a message of OwnTracks, such as _type location"), s.ownTracks)
	foreignly(s, http.MethodPost, "/track/traccar", "traccar", "A message of Traccar Client (OsmAnd protocol)", foreignSchema("the JSON of Traccar Client since version 9; or a form, or parameters of the address"), s.traccar)
	foreignly(s, http.MethodGet, "/track/traccar", "traccar-query", "A message of the OsmAnd protocol in the address", nil, s.traccarQuery)

	get(s, "/stats/235", "stats-235", tagReports, "Members in scope with online and patrol time, distance, events, compliance and score", s.stats235)
}

func tracksSchema() *huma.Schema {
	number := func(text string) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber, Description: text} }
	most := mostPoints
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"points"}, Properties: map[string]*huma.Schema{
		"points": {Type: huma.TypeArray, MaxItems: &most, Description: "in any order; a moment is kept once, so sending again is safe", Items: &huma.Schema{
			Type: huma.TypeObject, Required: []string{"at", "lat", "lon"}, Properties: map[string]*huma.Schema{
				"at":  {Type: huma.TypeString, Format: "date-time", Description: "when, by the phone"},
				"lat": number("degrees, WGS-84"), "lon": number("degrees, WGS-84"), "accuracy": number("metres; a point without one does not count"),
				"speed":   number("metres per second, as the device measured"),
				"mock":    {Type: huma.TypeBoolean, Description: "the device tells that the place is made up"},
				"offline": {Type: huma.TypeBoolean, Description: "kept on the phone and sent later"},
			},
		}},
	}}
}

func beatsSchema() *huma.Schema {
	most := mostBeats
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Required: []string{"at"}, Properties: map[string]*huma.Schema{
		"at": {Type: huma.TypeArray, MaxItems: &most, Description: "moments at which the app was alive", Items: schemaOfField(form.Field{EN: "moment", ZH: "时间", Type: form.Moment})},
	}}
}

func foreignSchema(text string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: text}
}

// foreignly makes a route for programs of others: by the token of a device, and
// with whatever parameters they add.
func foreignly[I, O any](s *server, method, path, id, summary string, body *huma.Schema, h func(context.Context, *I) (*O, error)) {
	op := operation(method, basePath+path, id, tagField, summary)
	op.Metadata = map[string]any{foreign: true}
	op.Security = []map[string][]string{{securityDevice: {}}, {securityBearer: {}}}
	register(s, op, http.StatusOK, body, false, h)
}

// foreign marks an operation whose parameters are not ours to be strict about.
const foreign = "foreign"
