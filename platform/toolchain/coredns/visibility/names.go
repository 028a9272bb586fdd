package visibility

import (
	"slices"

	"github.com/coredns/coredns/plugin/pkg/dnsutil"
	"github.com/miekg/dns"
)

// services are the shared ones: namespace to names.
type services map[string][]string

// view is what one client may learn of names.
type view struct {
	namespace string
	shared    services
}

type verdict int

const (
	// hidden: said not to exist, whether it does or not.
	hidden verdict = iota
	// above: an ancestor of visible names. It can't be said not to exist, as then nothing below it could.
	above
	// open: the client may learn everything about it.
	open
)

// judge decides by the name alone, so that an answer can't tell what exists. The name is absolute, in lower case, and in the zone.
func (v view) judge(name, zone string) verdict {
	base, err := dnsutil.TrimZone(name, zone)
	if err != nil {
		return hidden
	}
	labels := dns.SplitDomainName(base)
	slices.Reverse(labels)
	if len(labels) == 0 {
		return above
	}
	if labels[0] != "svc" {
		return hidden
	}
	if len(labels) == 1 {
		return above
	}
	if labels[1] == v.namespace {
		return open
	}
	names, has := v.shared[labels[1]]
	switch {
	case !has:
		return hidden
	case len(labels) == 2:
		return above
	case slices.Contains(names, labels[2]):
		return open
	}
	return hidden
}
