package visibility

import (
	"slices"
	"strings"

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

// judge decides by the name alone, so that an answer can't tell what exists. Both are absolute and in lower case.
func (v view) judge(name, zone string) verdict {
	if !dns.IsSubDomain(zone, name) {
		return hidden
	}
	labels := dns.SplitDomainName(name)
	labels = labels[:len(labels)-dns.CountLabel(zone)]
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

// isReverse includes the whole of a reverse tree, unlike the library's function of that name.
func isReverse(zone string) bool {
	dotted := "." + zone
	return strings.HasSuffix(dotted, ".in-addr.arpa.") || strings.HasSuffix(dotted, ".ip6.arpa.")
}
