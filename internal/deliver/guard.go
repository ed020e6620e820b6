package deliver

import (
	"errors"
	"net/netip"
	"slices"
	"syscall"
)

// errBlocked is an address a provider must not be at.
var errBlocked = errors.New("the address is not public")

// reserved are ranges that are no addresses of the public internet, or that hide another
// address (NAT64, 6to4, Teredo), or of what a cloud says to its own machines, beside those
// netip knows.
var reserved = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "168.63.129.16/32", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10")

func prefixes(list ...string) (out []netip.Prefix) {
	for _, p := range list {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

// allocated is all there is of public IPv6. What lies outside is none, or hides an address of
// IPv4 (::7f00:1, ::ffff:0:7f00:1).
var allocated = netip.MustParsePrefix("2000::/3")

// public tells whether an address is one of the public internet.
func public(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsValid() && (ip.Is4() || allocated.Contains(ip)) && ip.Zone() == "" && ip.IsGlobalUnicast() && !ip.IsPrivate() &&
		!slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// guard looks at the address a connection is about to be made to, after names have been
// resolved: a name cannot lead inside. Addresses inside are only for whom the operator has
// listed; so is a connection without TLS.
func guard(allowed []netip.Prefix, plain bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return errBlocked
		}
		ip := at.Addr().Unmap()
		listed := slices.ContainsFunc(allowed, func(p netip.Prefix) bool { return p.Contains(ip) })
		if listed || public(ip) && !plain {
			return nil
		}
		return errBlocked
	}
}
