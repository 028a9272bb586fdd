package visibility

import (
	"context"
	"net/netip"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// Calico's CNI plugin writes the address here before the first container starts, and empties it before the address is free again;
// status.podIP follows a second or more behind on both occasions.
const addressAnnotation = "cni.projectcalico.org/podIP"

const byAddress = "address"

const (
	// How long a question waits for the pod behind it to be known: it may be asked before the watch has told of the pod.
	patience = time.Second
	interval = 50 * time.Millisecond
	// Questions that wait at the same time; more are refused at once.
	waiting = 128
)

// clients tells which namespace an address belongs to.
type clients struct {
	pods   cache.Indexer
	synced func() bool
	run    func(stop <-chan struct{})
	queue  chan struct{}
}

func newClients(client kubernetes.Interface) (*clients, error) {
	// Pods that have ended hold no address, but keep it in their status.
	running := fields.AndSelectors(
		fields.OneTermNotEqualSelector("status.phase", string(core.PodSucceeded)),
		fields.OneTermNotEqualSelector("status.phase", string(core.PodFailed)),
	).String()
	pods := client.CoreV1().Pods(meta.NamespaceAll)
	informer := cache.NewSharedIndexInformer(
		&cache.ListWatch{
			ListWithContextFunc: func(ctx context.Context, options meta.ListOptions) (runtime.Object, error) {
				options.FieldSelector = running
				return pods.List(ctx, options)
			},
			WatchFuncWithContext: func(ctx context.Context, options meta.ListOptions) (watch.Interface, error) {
				options.FieldSelector = running
				return pods.Watch(ctx, options)
			},
		},
		&core.Pod{}, 0, cache.Indexers{byAddress: addressesOf},
	)
	if err := informer.SetTransform(strip); err != nil {
		return nil, err
	}
	return &clients{
		pods:   informer.GetIndexer(),
		synced: informer.HasSynced,
		run:    informer.Run,
		queue:  make(chan struct{}, waiting),
	}, nil
}

// strip keeps of a pod what is asked for here: the rest would be most of the memory.
func strip(object any) (any, error) {
	pod, is := object.(*core.Pod)
	if !is {
		return object, nil
	}
	kept := &core.Pod{
		ObjectMeta: meta.ObjectMeta{
			Namespace:         pod.Namespace,
			Name:              pod.Name,
			UID:               pod.UID,
			ResourceVersion:   pod.ResourceVersion,
			DeletionTimestamp: pod.DeletionTimestamp,
		},
		Spec:   core.PodSpec{HostNetwork: pod.Spec.HostNetwork},
		Status: core.PodStatus{PodIP: pod.Status.PodIP, PodIPs: pod.Status.PodIPs},
	}
	if address, has := pod.Annotations[addressAnnotation]; has {
		kept.Annotations = map[string]string{addressAnnotation: address}
	}
	return kept, nil
}

func addressesOf(object any) ([]string, error) {
	pod, is := object.(*core.Pod)
	// In the host's network a pod has the node's address, which says nothing about who asks.
	if !is || pod.Spec.HostNetwork {
		return nil, nil
	}
	if told, has := pod.Annotations[addressAnnotation]; has {
		// `10.244.0.5/32`
		bare, _, _ := strings.Cut(told, "/")
		return canonical(bare), nil
	}
	addresses := canonical(pod.Status.PodIP)
	for _, each := range pod.Status.PodIPs {
		for _, address := range canonical(each.IP) {
			if len(addresses) == 0 || address != addresses[0] {
				addresses = append(addresses, address)
			}
		}
	}
	return addresses, nil
}

func canonical(address string) []string {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return nil
	}
	return []string{parsed.Unmap().String()}
}

type identity int

const (
	// unknown: no pod has this address.
	unknown identity = iota
	// unsure: pods of several namespaces claim it, or the pods are not known yet.
	unsure
	known
)

// namespaceOf says whose the address is now. Anybody who may create pods may write the annotation, so a claim by it alone yields to
// one that the kubelet has confirmed; without a confirmed one, claims of two namespaces are nobody's.
func (c *clients) namespaceOf(address string) (string, identity) {
	found := canonical(address)
	if len(found) == 0 {
		return "", unknown
	}
	if !c.synced() {
		return "", unsure
	}
	objects, err := c.pods.ByIndex(byAddress, found[0])
	if err != nil {
		return "", unsure
	}
	var confirmed, claimed []string
	for _, object := range objects {
		pod, is := object.(*core.Pod)
		if !is {
			continue
		}
		status := canonical(pod.Status.PodIP)
		if len(status) == 1 && status[0] == found[0] && pod.DeletionTimestamp == nil {
			confirmed = append(confirmed, pod.Namespace)
		}
		claimed = append(claimed, pod.Namespace)
	}
	if len(confirmed) > 0 {
		return only(confirmed)
	}
	return only(claimed)
}

func only(namespaces []string) (string, identity) {
	if len(namespaces) == 0 {
		return "", unknown
	}
	for _, each := range namespaces {
		if each != namespaces[0] {
			return "", unsure
		}
	}
	return namespaces[0], known
}

// await is namespaceOf with patience.
func (c *clients) await(ctx context.Context, address string) (string, identity) {
	namespace, who := c.namespaceOf(address)
	if who == known {
		return namespace, who
	}
	select {
	case c.queue <- struct{}{}:
		defer func() { <-c.queue }()
	default:
		return namespace, who
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return namespace, who
		case <-ticker.C:
			if namespace, who = c.namespaceOf(address); who == known {
				return namespace, who
			}
		}
	}
}
