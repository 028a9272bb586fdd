package visibility

import (
	"context"
	"testing"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
)

func pod(namespace, status string, change ...func(*core.Pod)) *core.Pod {
	made := &core.Pod{
		ObjectMeta: meta.ObjectMeta{Namespace: namespace, Name: "pod-" + namespace},
		Status:     core.PodStatus{PodIP: status},
	}
	for _, each := range change {
		each(made)
	}
	return made
}

func annotated(address string) func(*core.Pod) {
	return func(p *core.Pod) { p.Annotations = map[string]string{addressAnnotation: address} }
}

func ending(p *core.Pod) { p.DeletionTimestamp = &meta.Time{Time: time.Unix(1, 0)} }

func inHostNetwork(p *core.Pod) { p.Spec.HostNetwork = true }

func named(name string) func(*core.Pod) {
	return func(p *core.Pod) { p.Name = name }
}

// Pods as the watch would have told of them, stripped as it strips them.
func clientsOf(t *testing.T, pods ...*core.Pod) *clients {
	t.Helper()
	index := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{byAddress: addressesOf})
	for _, each := range pods {
		stripped, err := strip(each)
		if err != nil {
			t.Fatal(err)
		}
		if err := index.Add(stripped); err != nil {
			t.Fatal(err)
		}
	}
	return &clients{pods: index, synced: func() bool { return true }, queue: make(chan struct{}, 1)}
}

func TestAnAddressBelongsToTheNamespaceOfItsPod(t *testing.T) {
	for title, each := range map[string]struct {
		pods      []*core.Pod
		namespace string
		who       identity
	}{
		"nobody's":                {nil, "", unknown},
		"by status":               {[]*core.Pod{pod("a", "10.0.0.5")}, "a", known},
		"by the CNI plugin first": {[]*core.Pod{pod("a", "", annotated("10.0.0.5/32"))}, "a", known},
		"not of another pod":      {[]*core.Pod{pod("a", "10.0.0.50")}, "", unknown},
		"not once it is released": {[]*core.Pod{pod("a", "10.0.0.5", annotated(""))}, "", unknown},
		"not once it has another": {[]*core.Pod{pod("a", "10.0.0.5", annotated("10.0.0.6/32"))}, "", unknown},
		"not in the host network": {[]*core.Pod{pod("a", "10.0.0.5", inHostNetwork)}, "", unknown},
		"while it ends":           {[]*core.Pod{pod("a", "10.0.0.5", ending)}, "a", known},
		"of two in one namespace": {[]*core.Pod{pod("a", "10.0.0.5"), pod("a", "10.0.0.5", named("b"))}, "a", known},
		"of two namespaces":       {[]*core.Pod{pod("a", "10.0.0.5"), pod("b", "10.0.0.5")}, "", unsure},
		"released and given on": {
			[]*core.Pod{pod("a", "10.0.0.5", annotated(""), ending), pod("b", "", annotated("10.0.0.5/32"))}, "b", known,
		},
		"claimed by an annotation against a confirmed pod": {
			[]*core.Pod{pod("a", "10.0.0.5", annotated("10.0.0.5/32")), pod("b", "10.0.0.9", annotated("10.0.0.5/32"))}, "a", known,
		},
		"claimed by an annotation against one that ends": {
			[]*core.Pod{pod("a", "10.0.0.5", ending), pod("b", "", annotated("10.0.0.5/32"))}, "", unsure,
		},
		"claimed by annotations only": {
			[]*core.Pod{pod("a", "", annotated("10.0.0.5/32")), pod("b", "", annotated("10.0.0.5/32"))}, "", unsure,
		},
		"claimed by nonsense": {[]*core.Pod{pod("a", "", annotated("10.0.0.0/8, 10.0.0.5"))}, "", unknown},
	} {
		t.Run(title, func(t *testing.T) {
			namespace, who := clientsOf(t, each.pods...).namespaceOf("10.0.0.5")
			if namespace != each.namespace || who != each.who {
				t.Errorf("%q %d, expected %q %d", namespace, who, each.namespace, each.who)
			}
		})
	}
}

func TestAnAddressIsTheSameInEitherWayOfWritingIt(t *testing.T) {
	found := clientsOf(t, pod("a", "fd00:0::5"))
	if namespace, who := found.namespaceOf("fd00::5"); namespace != "a" || who != known {
		t.Errorf("%q %d", namespace, who)
	}
	if namespace, who := clientsOf(t, pod("a", "10.0.0.5")).namespaceOf("::ffff:10.0.0.5"); namespace != "a" || who != known {
		t.Errorf("%q %d", namespace, who)
	}
}

func TestNobodyIsKnownBeforeThePodsAre(t *testing.T) {
	found := clientsOf(t, pod("a", "10.0.0.5"))
	found.synced = func() bool { return false }
	if _, who := found.namespaceOf("10.0.0.5"); who != unsure {
		t.Errorf("%d", who)
	}
}

func TestAQuestionWaitsForItsPodToBeKnown(t *testing.T) {
	found := clientsOf(t)
	looks := 0
	found.synced = func() bool {
		looks++
		if looks == 3 {
			if err := found.pods.Add(pod("a", "10.0.0.5")); err != nil {
				t.Error(err)
			}
		}
		return true
	}
	if namespace, who := found.await(context.Background(), "10.0.0.5"); namespace != "a" || who != known {
		t.Errorf("%q %d", namespace, who)
	}
}

func TestMoreQuestionsThanMayWaitAreAnsweredAtOnce(t *testing.T) {
	found := clientsOf(t)
	found.queue <- struct{}{}
	looks := 0
	found.synced = func() bool { looks++; return true }
	if _, who := found.await(context.Background(), "10.0.0.5"); who != unknown || looks != 1 {
		t.Errorf("%d after %d looks", who, looks)
	}
}
