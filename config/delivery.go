package config

import (
	"net/netip"
	"net/url"
	"strings"
)

// leastSecret is how many bytes a secret must have that signs messages.
const leastSecret = 16

// validateDelivery looks at the providers of SMS and WeChat.
func (c Config) validateDelivery(fault func(key, format string, args ...any)) {
	allowed, err := c.Allowed()
	if err != nil {
		fault("delivery_allow", "must be addresses or prefixes separated by commas, e.g. 10.1.2.3 or 10.1.0.0/16")
	}
	for _, p := range []struct{ name, provider, url, secret string }{
		{"sms", c.SMSProvider, c.SMSURL, c.SMSSecret}, {"wechat", c.WeChatProvider, c.WeChatURL, c.WeChatSecret},
	} {
		switch p.provider {
		case ProviderFile, ProviderNone:
			continue
		case ProviderWebhook:
		default:
			fault(p.name+"_provider", "must be file, webhook or none")
			continue
		}
		u, err := url.Parse(p.url)
		switch {
		case err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http"):
			fault(p.name+"_url", "must be an https:// URL without a user") // it may hold a credential: it is not shown
		case u.Scheme == "http" && len(allowed) == 0:
			fault(p.name+"_url", "must be https://, unless delivery_allow lists its address")
		}
		if len(p.secret) < leastSecret {
			fault(p.name+"_secret", "must have at least %d characters", leastSecret)
		}
	}
}

// Allowed are the prefixes of DeliveryAllow.
func (c Config) Allowed() ([]netip.Prefix, error) { return prefixes(c.DeliveryAllow) }

// prefixes reads addresses and prefixes separated by commas.
func prefixes(list string) (out []netip.Prefix, err error) {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimSpace(one)
		if one == "" {
			continue
		}
		if ip, err := netip.ParseAddr(one); err == nil {
			out = append(out, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(one)
		if err != nil {
			return nil, err
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
