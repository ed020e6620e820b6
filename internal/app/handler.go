package app

import (
	"net/http"

	"huajie/api"
	"huajie/config"
	"huajie/console"
	"huajie/domain/account"
	"huajie/domain/org"
	"huajie/internal/exporter"
	"huajie/internal/sso"
)

// Handler is the HTTP API, and the pages beside it.
func (a *App) Handler(version string) http.Handler {
	d := api.Deps{
		Reader: a.Store, Accounts: a.Store, Administration: a.Store, Division: a.Book, Registrar: a.Desk, Files: a.Photos, Audit: a.Store, Identities: a.Store, Signer: a.Notary, Payloads: a.payloads, Rules: a.Book, Rulebooks: a.Rules, Field: a.Store, Changes: a.Store, Log: a.Log, Version: version,
		Engine: api.NewEngine(a.Client, a.TaskQueue, a.Store), Stopping: a.stopping.Load,
		Reports: a.Store, ReportSecrets: reportSecrets(a.Config),
		Scanner: a.pinger(), Figures: a.Store, Exports: a.Store, ExportFiles: exporter.Shelf{Files: a.kept}, Holds: a.Store, Rechecks: a.Store,
		SignIn: SignInRules(a.Config), Door: DoorRules(a.Config),
	}
	if a.Telemetry != nil {
		d.Watch, d.Metrics = a.Telemetry, a.Telemetry.Handler()
	}
	pages, err := console.New()
	if err != nil {
		a.Log.Error("the pages cannot be served", "error", err)
	} else {
		d.Pages = pages
	}
	return api.New(d)
}

// SignInRules are the rules of signing in as they are configured.
func SignInRules(c config.Config) api.SignInRules {
	r := api.SignInRules{
		Life: c.SessionTTL, TokenLife: c.TokenTTLMax,
		Throttle:  account.Throttle{Free: c.SignInFree, SourceFree: c.SignInSourceFree, Delay: c.SignInDelay, Longest: c.SignInDelayMax, Forget: c.SignInForget},
		Passwords: account.Policy{Least: c.PasswordMin, Demo: c.Demo},
		Landing:   c.OIDCLanding, ProviderFactor: c.OIDCSecondFactor,
	}
	for _, role := range c.FactorRoles() {
		r.FactorRoles = append(r.FactorRoles, org.Role(role))
	}
	if c.OIDCIssuer != "" {
		r.Provider = sso.New(sso.Options{Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, Secret: c.OIDCClientSecret,
			Scopes: c.OIDCScopes, Claim: c.OIDCClaim, Redirect: c.OIDCRedirect()})
	}
	return r
}

// DoorRules are the rules of the door as they are configured.
func DoorRules(c config.Config) api.DoorRules {
	proxies, _ := c.Proxies() // checked with the configuration
	return api.DoorRules{PublicURL: c.PublicURL, HSTS: c.HSTS, Proxies: proxies, Quota: c.RateLimit, Window: c.RateWindow, EngineUI: c.TemporalUIURL}
}
