package app

import (
	"fmt"
	"net/url"
	"path/filepath"

	"huajie/config"
	"huajie/domain/notice"
	"huajie/internal/deliver"
)

// channel is what is configured for one way out of the house.
type channel struct {
	channel               notice.Channel
	provider, url, secret string
}

func channels(cfg config.Config) []channel {
	return []channel{{notice.SMS, cfg.SMSProvider, cfg.SMSURL, cfg.SMSSecret}, {notice.WeChat, cfg.WeChatProvider, cfg.WeChatURL, cfg.WeChatSecret}}
}

// Sender brings notices out of the house as configured.
func (a *App) Sender() (*deliver.Sender, error) {
	providers, err := providersOf(a.Config)
	if err != nil {
		return nil, err
	}
	return &deliver.Sender{Queue: a.Store, Providers: providers, Rules: a.Book, Log: a.Log}, nil
}

func providersOf(cfg config.Config) (map[notice.Channel]deliver.Provider, error) {
	allowed, err := cfg.Allowed()
	if err != nil {
		return nil, fmt.Errorf("delivery_allow: %w", err)
	}
	out := map[notice.Channel]deliver.Provider{}
	for _, c := range channels(cfg) {
		switch c.provider {
		case config.ProviderFile:
			dir := cfg.DeliveryDir
			if dir == "" {
				dir = filepath.Join(cfg.DataDir, "outbox")
			}
			out[c.channel] = &deliver.File{Dir: dir}
		case config.ProviderWebhook:
			to, err := url.Parse(c.url)
			if err != nil {
				return nil, fmt.Errorf("%s_url cannot be read", c.channel) // it may hold a credential
			}
			out[c.channel] = deliver.NewWebhook(to, []byte(c.secret), allowed)
		}
	}
	return out, nil
}

// reportSecrets are what providers sign their delivery reports with.
func reportSecrets(cfg config.Config) map[notice.Channel][]byte {
	out := map[notice.Channel][]byte{}
	for _, c := range channels(cfg) {
		if c.provider == config.ProviderWebhook {
			out[c.channel] = []byte(c.secret)
		}
	}
	return out
}
