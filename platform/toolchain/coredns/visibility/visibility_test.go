package visibility

import (
	"context"
	"net"
	"testing"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/plugin"
	"github.com/miekg/dns"
)

// A client at 10.0.0.5, in namespace mine, that keeps what it is told.
type client struct {
	dns.ResponseWriter
	told *dns.Msg
}

func (c *client) RemoteAddr() net.Addr { return &net.UDPAddr{IP: net.IPv4(10, 0, 0, 5), Port: 40000} }
func (c *client) WriteMsg(message *dns.Msg) error {
	c.told = message
	return nil
}

func records(t *testing.T, lines ...string) []dns.RR {
	t.Helper()
	var made []dns.RR
	for _, line := range lines {
		record, err := dns.NewRR(line)
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, record)
	}
	return made
}

// The plugins behind, which answer every question alike and count them.
type behind struct {
	code   int
	answer []dns.RR
	asked  int
}

func (b *behind) Name() string { return "behind" }
func (b *behind) ServeDNS(_ context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	b.asked++
	message := new(dns.Msg).SetRcode(r, b.code)
	message.Answer = b.answer
	if len(b.answer) == 0 {
		message.Ns = []dns.RR{&dns.SOA{Hdr: dns.RR_Header{Name: "cluster.local.", Rrtype: dns.TypeSOA}, Serial: 42}}
	}
	return b.code, w.WriteMsg(message)
}

func ask(t *testing.T, next plugin.Handler, name string, kind uint16) (*dns.Msg, int) {
	t.Helper()
	handler := &Visibility{next: next, shared: services{"infra": {"registry"}}}
	handler.known.Store(&cluster{
		zones:   []string{"cluster.local.", "in-addr.arpa."},
		clients: clientsOf(t, pod("mine", "10.0.0.5")),
	})
	asker := &client{}
	code, err := handler.ServeDNS(context.Background(), asker, new(dns.Msg).SetQuestion(name, kind))
	if err != nil {
		t.Fatal(err)
	}
	return asker.told, code
}

func expectNothing(t *testing.T, told *dns.Msg, code int, zone string) {
	t.Helper()
	if told == nil || told.Rcode != code || len(told.Answer) > 0 || len(told.Extra) > 0 || len(told.Ns) != 1 {
		t.Fatalf("told %v, expected code %d and nothing but a SOA", told, code)
	}
	if soa, is := told.Ns[0].(*dns.SOA); !is || soa.Serial != 1 || soa.Hdr.Name != zone {
		t.Fatalf("a SOA that tells something: %v", told.Ns[0])
	}
}

func TestAHiddenNameDoesNotExistAndIsNotLookedUp(t *testing.T) {
	for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA, dns.TypeSRV, dns.TypeTXT, dns.TypeANY, dns.TypeHTTPS, dns.TypeNS, dns.TypeSOA} {
		next := &behind{}
		told, _ := ask(t, next, "DB.Other.svc.cluster.local.", kind)
		expectNothing(t, told, dns.RcodeNameError, "cluster.local.")
		if next.asked != 0 {
			t.Fatal("it was looked up")
		}
	}
}

func TestTheZoneItselfTellsNothing(t *testing.T) {
	for _, kind := range []uint16{dns.TypeSOA, dns.TypeNS, dns.TypeA, dns.TypeANY} {
		told, _ := ask(t, &behind{}, "cluster.local.", kind)
		expectNothing(t, told, dns.RcodeSuccess, "cluster.local.")
		told, _ = ask(t, &behind{}, "in-addr.arpa.", kind)
		expectNothing(t, told, dns.RcodeSuccess, "in-addr.arpa.")
	}
}

func TestTransfersAndForeignZonesAreRefused(t *testing.T) {
	for name, kind := range map[string]uint16{"mine.svc.cluster.local.": dns.TypeAXFR, "cluster.local.": dns.TypeIXFR, "example.org.": dns.TypeA} {
		next := &behind{}
		if told, code := ask(t, next, name, kind); told != nil || code != dns.RcodeRefused || next.asked != 0 {
			t.Errorf("%s: %v, code %d", name, told, code)
		}
	}
}

func TestAnOwnNameIsAnswered(t *testing.T) {
	next := &behind{answer: records(t, "db.mine.svc.cluster.local. 5 IN A 10.96.1.1")}
	told, _ := ask(t, next, "db.mine.svc.cluster.local.", dns.TypeA)
	if told == nil || len(told.Answer) != 1 || told.Rcode != dns.RcodeSuccess {
		t.Fatalf("%v", told)
	}
}

func TestAnAliasOfAHiddenNameLooksLikeOneOfNoName(t *testing.T) {
	there := &behind{answer: records(t,
		"alias.mine.svc.cluster.local. 5 IN CNAME db.other.svc.cluster.local.",
		"db.other.svc.cluster.local. 5 IN A 10.96.1.2",
	)}
	told, _ := ask(t, there, "alias.mine.svc.cluster.local.", dns.TypeA)
	expectNothing(t, told, dns.RcodeSuccess, "cluster.local.")

	nowhere := &behind{}
	other, _ := ask(t, nowhere, "alias.mine.svc.cluster.local.", dns.TypeA)
	other.Id = told.Id
	if told.String() != other.String() {
		t.Errorf("%v\n%v", told, other)
	}
}

func TestAnAliasOfASharedNameIsFollowed(t *testing.T) {
	next := &behind{answer: records(t,
		"alias.mine.svc.cluster.local. 5 IN CNAME registry.infra.svc.cluster.local.",
		"registry.infra.svc.cluster.local. 5 IN A 10.96.1.3",
	)}
	if told, _ := ask(t, next, "alias.mine.svc.cluster.local.", dns.TypeA); len(told.Answer) != 2 {
		t.Errorf("%v", told)
	}
}

func TestAnAddressLeadsBackToVisibleNamesOnly(t *testing.T) {
	next := &behind{answer: records(t,
		"7.1.96.10.in-addr.arpa. 5 IN PTR db.other.svc.cluster.local.",
		"7.1.96.10.in-addr.arpa. 5 IN PTR db.mine.svc.cluster.local.",
		"7.1.96.10.in-addr.arpa. 5 IN PTR registry.infra.svc.cluster.local.",
	)}
	told, _ := ask(t, next, "7.1.96.10.in-addr.arpa.", dns.TypePTR)
	if len(told.Answer) != 2 || told.Answer[0].(*dns.PTR).Ptr != "db.mine.svc.cluster.local." {
		t.Errorf("%v", told)
	}
}

func TestAnAddressOfAHiddenNameLooksLikeNobodys(t *testing.T) {
	hiddenOne := &behind{answer: records(t, "7.1.96.10.in-addr.arpa. 5 IN PTR db.other.svc.cluster.local.")}
	told, _ := ask(t, hiddenOne, "7.1.96.10.in-addr.arpa.", dns.TypePTR)
	expectNothing(t, told, dns.RcodeNameError, "in-addr.arpa.")
	none, _ := ask(t, &behind{code: dns.RcodeNameError}, "7.1.96.10.in-addr.arpa.", dns.TypePTR)
	none.Id = told.Id
	if told.String() != none.String() {
		t.Errorf("%v\n%v", told, none)
	}
}

func TestAClientThatNoPodIsGetsNothing(t *testing.T) {
	for code, pods := range map[int]*clients{
		dns.RcodeRefused:       clientsOf(t),
		dns.RcodeServerFailure: clientsOf(t, pod("a", "10.0.0.5"), pod("b", "10.0.0.5")),
	} {
		next := &behind{}
		handler := &Visibility{next: next}
		handler.known.Store(&cluster{zones: []string{"cluster.local."}, clients: pods})
		asker := &client{}
		found, err := handler.ServeDNS(context.Background(), asker, new(dns.Msg).SetQuestion("db.a.svc.cluster.local.", dns.TypeA))
		if found != code || err != nil || asker.told != nil || next.asked != 0 {
			t.Errorf("%d %v %v", found, err, asker.told)
		}
	}
}

func TestItIsReadyOnceItListensAndKnowsThePods(t *testing.T) {
	handler := &Visibility{}
	pods := clientsOf(t)
	synced := false
	pods.synced = func() bool { return synced }
	listening.Store(true)
	defer listening.Store(false)
	if handler.Ready() {
		t.Error("before the start")
	}
	handler.known.Store(&cluster{clients: pods})
	if handler.Ready() {
		t.Error("before the pods are known")
	}
	synced = true
	if !handler.Ready() {
		t.Error("not ready")
	}
	listening.Store(false)
	if handler.Ready() {
		t.Error("before it listens")
	}
}

func TestTheCorefileNamesSharedServices(t *testing.T) {
	shared, err := parse(caddy.NewTestController("dns", "visibility {\n shared infra/registry infra/mail\n shared tools/git infra/mail\n}"))
	if err != nil || len(shared) != 2 || len(shared["infra"]) != 2 || shared["tools"][0] != "git" {
		t.Errorf("%v %v", shared, err)
	}
	if shared, err := parse(caddy.NewTestController("dns", "visibility")); err != nil || len(shared) != 0 {
		t.Errorf("%v %v", shared, err)
	}
	for _, wrong := range []string{
		"visibility everything",
		"visibility {\n shared\n}",
		"visibility {\n shared infra\n}",
		"visibility {\n shared infra/\n}",
		"visibility {\n shared infra/*\n}",
		"visibility {\n shared infra/a/b\n}",
		"visibility {\n all\n}",
		"visibility\nvisibility",
	} {
		if shared, err := parse(caddy.NewTestController("dns", wrong)); err == nil {
			t.Errorf("%q was taken as %v", wrong, shared)
		}
	}
}
