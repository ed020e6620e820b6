package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/notice"
	"huajie/domain/view"
	"huajie/internal/signature"
)

// reportFields are what a provider says of the messages it was given.
var reportFields = []form.Field{
	{Name: "events", ZH: "送达回执", EN: "delivery reports", Type: form.Objects, Required: true, Of: []form.Field{
		{Name: "id", ZH: "消息编号或幂等键", EN: "id the provider answered with, or the idempotency key", Type: form.Line, Required: true, Max: 100},
		form.Choice.Named("state", "状态", "state").Or(string(notice.Delivered), "已送达", "delivered").Or(string(notice.Failed), "未送达", "failed").Need(),
		{Name: "code", ZH: "原因代码", EN: "code of the fault: letters, digits, full stops, underscores and hyphens", Type: form.Line, Max: 40},
		{Name: "at", ZH: "时间", EN: "when", Type: form.Moment},
	}},
}

type deliveryReportInput struct {
	FormBody
	Provider  string `path:"provider" maxLength:"20" doc:"the channel: sms or wechat"`
	Stamp     string `header:"Huajie-Timestamp" doc:"seconds since 1970"`
	Signature string `header:"Huajie-Signature" doc:"v1= and HMAC-SHA256, in hex, of timestamp, full stop and body"`
}

var errSignature = &domain.Error{Code: domain.CodeSignIn, Reason: "bad_signature",
	Text: domain.Text{ZH: "签名无效或者已过期", EN: "the signature is not valid, or too old"}}

func reportOperation() huma.Operation {
	op := operation(http.MethodPost, basePath+"/delivery/{provider}", "report-deliveries", tagNotices, "Delivery reports of a provider of SMS or WeChat")
	op.Description = "Signed as the messages are that the provider was given. 服务商送达回执,签名方式与下发消息相同。"
	return op
}

func deliveryReportSchema() *huma.Schema { return schemaOf(reportFields, false) }

// deliveryReport takes what a provider says. Who cannot sign is told nothing, not even
// whether there is such a provider.
func (s *server) deliveryReport(ctx context.Context, in *deliveryReportInput) (*struct{}, error) {
	channel := notice.Channel(in.Provider)
	if s.Reports == nil || !signature.Valid(s.ReportSecrets[channel], in.RawBody, in.Stamp, in.Signature, s.Now()) {
		return nil, errSignature
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	clean, faults := form.Check(reportFields, input, nil)
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	var list []view.DeliveryReport
	for _, e := range clean.Objects("events") {
		list = append(list, view.DeliveryReport{ID: e.Text("id"), Delivered: e.Text("state") == string(notice.Delivered),
			Code: notice.FaultCode(e.Text("code")), At: e.Time("at", zone)})
	}
	return nil, s.Reports.DeliveryReports(ctx, channel, list, s.Now())
}
