package visibility

import "testing"

func TestAClientMayLearnItsOwnNamespaceAndSharedServices(t *testing.T) {
	seen := view{namespace: "mine", shared: services{"infra": {"registry", "mail"}}}
	for name, expected := range map[string]verdict{
		"cluster.local.":                               above,
		"svc.cluster.local.":                           above,
		"mine.svc.cluster.local.":                      open,
		"db.mine.svc.cluster.local.":                   open,
		"db-0.db.mine.svc.cluster.local.":              open,
		"_sql._tcp.db.mine.svc.cluster.local.":         open,
		"a.b.c.d.mine.svc.cluster.local.":              open,
		"infra.svc.cluster.local.":                     above,
		"registry.infra.svc.cluster.local.":            open,
		"registry-0.registry.infra.svc.cluster.local.": open,
		"_http._tcp.mail.infra.svc.cluster.local.":     open,
		"db.infra.svc.cluster.local.":                  hidden,
		"registry.db.infra.svc.cluster.local.":         hidden,
		"other.svc.cluster.local.":                     hidden,
		"db.other.svc.cluster.local.":                  hidden,
		"mine.other.svc.cluster.local.":                hidden,
		"db.mine.other.svc.cluster.local.":             hidden,
		"registry.infra.other.svc.cluster.local.":      hidden,
		`db\.mine.other.svc.cluster.local.`:            hidden,
		`db.other\.mine.svc.cluster.local.`:            hidden,
		"*.svc.cluster.local.":                         hidden,
		"*.*.svc.cluster.local.":                       hidden,
		"any.any.svc.cluster.local.":                   hidden,
		"pod.cluster.local.":                           hidden,
		"mine.pod.cluster.local.":                      hidden,
		"10-244-0-5.mine.pod.cluster.local.":           hidden,
		"dns-version.cluster.local.":                   hidden,
		"ns.dns.cluster.local.":                        hidden,
		"mine.cluster.local.":                          hidden,
		"db.mine.svc.cluster.local.svc.cluster.local.": hidden,
		"svc.svc.cluster.local.":                       hidden,
		"db.mine.svc.example.org.":                     hidden,
	} {
		if found := seen.judge(name, "cluster.local."); found != expected {
			t.Errorf("%s: %d, expected %d", name, found, expected)
		}
	}
}
