// Package visibility answers a pod about its own namespace and about the shared services, and nobody about anything else.
package visibility

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/request"
	"github.com/miekg/dns"
)

// Seconds; also how long "there is no such name" may be remembered.
const negativeTTL = 5

// Visibility is the handler.
type Visibility struct {
	next   plugin.Handler
	shared services
	// Set at the start, when others may already ask whether this is ready.
	known atomic.Pointer[cluster]
}

// cluster is what the kubernetes plugin knows. Everything that isn't in its zones is refused.
type cluster struct {
	zones   []string
	clients *clients
}

// Of the whole process: plugins start before there is anything to ask.
var listening atomic.Bool

// Name is the directive in the Corefile.
func (v *Visibility) Name() string { return "visibility" }

// Ready tells the ready plugin that the pods are known, and that questions are taken.
func (v *Visibility) Ready() bool {
	here := v.known.Load()
	return listening.Load() && here != nil && here.clients.synced()
}

// ServeDNS lets a question pass only where the client may learn about its name, and of the answer only such records.
func (v *Visibility) ServeDNS(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	here := v.known.Load()
	if here == nil {
		return dns.RcodeServerFailure, nil
	}
	state := request.Request{W: w, Req: r}
	name, kind := state.Name(), state.QType()
	zone := plugin.Zones(here.zones).Matches(name)
	if zone == "" || kind == dns.TypeAXFR || kind == dns.TypeIXFR {
		return dns.RcodeRefused, nil
	}
	namespace, who := here.clients.await(ctx, state.IP())
	switch who {
	case unknown:
		return dns.RcodeRefused, nil
	case unsure:
		// To be asked again: a refusal would be taken as final.
		return dns.RcodeServerFailure, nil
	}
	seen := view{namespace: namespace, shared: v.shared}
	answer := &filter{ResponseWriter: w, question: r, zone: zone, zones: here.zones, view: seen}
	if isReverse(zone) {
		if kind != dns.TypePTR {
			return answer.without(dns.RcodeSuccess)
		}
		return plugin.NextOrFailure(v.Name(), v.next, ctx, answer, r)
	}
	switch seen.judge(name, zone) {
	case open:
		return plugin.NextOrFailure(v.Name(), v.next, ctx, answer, r)
	case above:
		return answer.without(dns.RcodeSuccess)
	default:
		return answer.without(dns.RcodeNameError)
	}
}

// filter passes on of an answer what the view allows. The question's name is not enough: a Service may be an alias of a
// Service elsewhere, and an address may lead back to any name.
type filter struct {
	dns.ResponseWriter
	question *dns.Msg
	zone     string
	zones    []string
	view     view
}

// WriteMsg sends the allowed part. An answer of which nothing is left equals the one to a name without records (or, of an
// address, without a name): whether there was something can't be told from it.
func (f *filter) WriteMsg(message *dns.Msg) error {
	passed := message.Copy()
	passed.Answer = f.allowed(message.Answer)
	passed.Extra = f.allowed(message.Extra)
	if len(passed.Answer) > 0 {
		passed.Ns = f.allowed(message.Ns)
		return f.ResponseWriter.WriteMsg(passed)
	}
	if message.Rcode != dns.RcodeSuccess && message.Rcode != dns.RcodeNameError {
		passed.Ns, passed.Extra = nil, nil
		return f.ResponseWriter.WriteMsg(passed)
	}
	code := message.Rcode
	if isReverse(f.zone) {
		code = dns.RcodeNameError
	}
	_, err := f.without(code)
	return err
}

func (f *filter) allowed(records []dns.RR) []dns.RR {
	var kept []dns.RR
	for _, record := range records {
		if f.mayLearn(record.Header().Name) && f.mayLearn(targetOf(record)) {
			kept = append(kept, record)
		}
	}
	return kept
}

func (f *filter) mayLearn(name string) bool {
	name = strings.ToLower(name)
	zone := plugin.Zones(f.zones).Matches(name)
	return zone == "" || isReverse(zone) || f.view.judge(name, zone) == open
}

// targetOf is the name that a record leads to; the root, which is in no zone of ours, for those that lead to none.
func targetOf(record dns.RR) string {
	switch of := record.(type) {
	case *dns.CNAME:
		return of.Target
	case *dns.PTR:
		return of.Ptr
	case *dns.SRV:
		return of.Target
	case *dns.MX:
		return of.Mx
	case *dns.NS:
		return of.Ns
	}
	return "."
}

// without writes an answer that holds no record: the name does not exist, or has none of the kind. Its SOA is the same for
// everybody and at all times; the kubernetes plugin's would tell when something last changed anywhere in the cluster.
func (f *filter) without(code int) (int, error) {
	message := new(dns.Msg).SetRcode(f.question, code)
	message.Authoritative = true
	message.Ns = []dns.RR{&dns.SOA{
		Hdr:     dns.RR_Header{Name: f.zone, Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: negativeTTL},
		Ns:      "ns.dns." + f.zone,
		Mbox:    "hostmaster." + f.zone,
		Serial:  1,
		Refresh: 7200,
		Retry:   1800,
		Expire:  86400,
		Minttl:  negativeTTL,
	}}
	return code, f.ResponseWriter.WriteMsg(message)
}
