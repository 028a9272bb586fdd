import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as provider from '@pulumi/pulumi/proto/provider_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { decodeProviderError } from '../../../engine/provider-errors';
import { readStruct, UNKNOWN, writeStruct } from '../../../engine/provider/wire';
import type { JsonObject, KubernetesClient } from '../../../kubernetes/types';
import { adminClient, call, failureOf, ServedProvider } from './support/served-provider';

const CONFIG_MAP = 'kubernetes:core/v1:ConfigMap';

describe('inputs', () => {
  let client: KubernetesClient;
  let served: ServedProvider;

  beforeAll(async () => {
    client = adminClient();
    served = await ServedProvider.start(client, { clusterUid: 'cluster-one' });
  });
  afterAll(async () => {
    served.stop();
    await client.close();
  });

  it('get apiVersion, kind, namespace and a name that the seed decides, and keep it', async () => {
    const urn = served.urn(CONFIG_MAP, 'settings');
    const first = await served.checked(urn, { data: {} });
    expect(first.value).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      data: {},
      metadata: {
        name: expect.stringMatching(/^settings-[0-9a-f]{8}$/),
        namespace: 'default',
        annotations: { 'pulumi.com/autonamed': 'true' },
      },
    });
    expect(await served.checked(urn, { data: {} })).toEqual(first);
    const request = new provider.CheckRequest();
    request.setUrn(urn);
    request.setNews(writeStruct({ value: { data: {} }, secrets: [] }));
    request.setOlds(writeStruct(first));
    request.setRandomseed(new Uint8Array(32).fill(9));
    const later = await call<provider.CheckResponse>((done) => served.rpc.check(request, done));
    expect(readStruct(later.getInputs())).toEqual(first);
  });

  it('follow the project: a name is proposed, enforced or must be given', async () => {
    const { PROPOSE, DISABLE } = provider.CheckRequest.AutonamingOptions.Mode;
    const named = async (
      mode: provider.CheckRequest.AutonamingOptions.Mode,
      name: string,
    ): Promise<provider.CheckResponse> => {
      const options = new provider.CheckRequest.AutonamingOptions();
      options.setMode(mode);
      options.setProposedName(name);
      const request = new provider.CheckRequest();
      request.setUrn(served.urn(CONFIG_MAP, 'a'));
      request.setNews(writeStruct({ value: {}, secrets: [] }));
      request.setAutonaming(options);
      return call((done) => served.rpc.check(request, done));
    };
    const proposed = readStruct((await named(PROPOSE, 'proposed')).getInputs());
    expect(proposed.value['metadata']).toMatchObject({ name: 'proposed' });
    const disabled = await named(DISABLE, '');
    expect(disabled.getFailuresList().map((failure) => failure.getProperty())).toEqual(['metadata.name']);
  });

  it('lose the metadata that only the server writes, and keep what is not known yet', async () => {
    const metadata = {
      name: UNKNOWN,
      namespace: UNKNOWN,
      uid: 'x',
      resourceVersion: '7',
      generation: 2,
      managedFields: [],
    };
    const checked = await served.checked(served.urn(CONFIG_MAP, 'a'), { metadata, data: UNKNOWN });
    expect(checked.value['metadata']).toEqual({ name: UNKNOWN, namespace: UNKNOWN });
    expect(checked.value['data']).toBe(UNKNOWN);
  });

  it('of a Secret become base64 data as far as they are known', async () => {
    const news = { metadata: { name: 'a' }, data: { old: 'eA==' }, stringData: { word: '가', later: UNKNOWN } };
    const checked = await served.checked(served.urn('kubernetes:core/v1:Secret', 'a'), news);
    expect(checked.value['data']).toEqual({ old: 'eA==', word: '6rCA', later: UNKNOWN });
    expect(checked.value['stringData']).toBeUndefined();
    expect(checked.secrets).toEqual([['data']]);
  });

  it.each<[string, string, JsonObject, string, RegExp]>([
    ['another kind than the type', CONFIG_MAP, { kind: 'Secret' }, 'kind', /needs "ConfigMap"/],
    ['another apiVersion than the type', CONFIG_MAP, { apiVersion: 'v2' }, 'apiVersion', /needs "v1"/],
    ['a name that is none', CONFIG_MAP, { metadata: { name: 'a/b' } }, 'metadata.name', /cannot be the name/],
    ['a name of another type', CONFIG_MAP, { metadata: { name: 7 } }, 'metadata.name', /^7 cannot be the name/],
    ['metadata that is no map', CONFIG_MAP, { metadata: 'x' }, 'metadata', /must be a map/],
    [
      'names made by the server',
      CONFIG_MAP,
      { metadata: { generateName: 'a-' } },
      'metadata.generateName',
      /cannot be applied again/,
    ],
    [
      'a namespace that is none',
      CONFIG_MAP,
      { metadata: { name: 'a', namespace: '..' } },
      'metadata.namespace',
      /cannot be a namespace/,
    ],
    [
      'a wish that only the vendor grants',
      CONFIG_MAP,
      { metadata: { name: 'a', annotations: { 'pulumi.com/replaceUnready': 'true' } } },
      'metadata.annotations["pulumi.com/replaceUnready"]',
      /does not know the annotation/,
    ],
    [
      'a namespace on a kind without',
      'kubernetes:core/v1:Namespace',
      { metadata: { name: 'a', namespace: 'b' } },
      'metadata.namespace',
      /lies in no namespace/,
    ],
  ])('are refused with the property: %s', async (_, type, news, property, words) => {
    const answer = await served.check(served.urn(type, 'a'), news);
    const [failure] = answer.getFailuresList();
    expect(failure?.getProperty()).toBe(property);
    const error = decodeProviderError(failure?.getReason() ?? '');
    expect(error?.text.en).toMatch(words);
    expect(error?.text.ko).toMatch(/[가-힣]/);
  });

  it.each([
    ['kubernetes:helm.sh/v3:Release', {}],
    ['kubernetes:yaml:ConfigFile', {}],
    ['kubernetes:yaml/v2:ConfigGroup', {}],
    ['kubernetes:kustomize:Directory', {}],
    ['kubernetes:core/v1:ConfigMapList', { items: [] }],
    ['kubernetes:apps/v1:DeploymentPatch', { kind: 'Deployment', metadata: { name: 'a' } }],
  ])('of %s are refused with the way out', async (type, news) => {
    const failure = await failureOf(served.check(served.urn(type, 'a'), news));
    expect(failure.error?.text.en).toContain(`the embedded provider has no "${type}"`);
    expect(failure.error?.hint?.en).toBe('testbed up --provider vendor');
  });

  it('go under the group that the type names', async () => {
    const versions: Readonly<Record<string, string>> = {
      'kubernetes:core/v1:Service': 'v1',
      'kubernetes:apps/v1:StatefulSet': 'apps/v1',
      'kubernetes:rbac.authorization.k8s.io/v1:Role': 'rbac.authorization.k8s.io/v1',
      'kubernetes:networking.k8s.io/v1:NetworkPolicy': 'networking.k8s.io/v1',
      'kubernetes:storage.k8s.io/v1:StorageClass': 'storage.k8s.io/v1',
      'kubernetes:example.test/v1alpha1:Widget': 'example.test/v1alpha1',
    };
    for (const [type, apiVersion] of Object.entries(versions)) {
      const parents = `testbed:index:Testbed$kubernetes:core/v1:Namespace$${type}`;
      const checked = await served.checked(served.urn(parents, 'a::b'), { metadata: { name: 'a' } });
      expect(checked.value['apiVersion']).toBe(apiVersion);
    }
  });
});

describe('the provider itself', () => {
  let client: KubernetesClient;
  let served: ServedProvider;

  beforeAll(async () => {
    client = adminClient();
    served = await ServedProvider.start(client, { clusterUid: 'cluster-one' });
  });
  afterAll(async () => {
    served.stop();
    await client.close();
  });

  const diffConfig = (olds: JsonObject, news: JsonObject): Promise<provider.DiffResponse> => {
    const request = new provider.DiffRequest();
    request.setOldInputs(writeStruct({ value: olds, secrets: [] }));
    request.setNews(writeStruct({ value: news, secrets: [] }));
    return call((done) => served.rpc.diffConfig(request, done));
  };

  it('says who it is and that it takes secrets', async () => {
    const handshake = await call<provider.ProviderHandshakeResponse>((done) =>
      served.rpc.handshake(new provider.ProviderHandshakeRequest(), done),
    );
    expect(handshake.getAcceptSecrets()).toBe(true);
    expect(handshake.getAcceptOutputs()).toBe(false);
    const info = await call<{ getVersion(): string }>((done) => served.rpc.getPluginInfo(new Empty(), done));
    expect(info.getVersion()).toBe('4.34.2');
    const schema = await call<provider.GetSchemaResponse>((done) =>
      served.rpc.getSchema(new provider.GetSchemaRequest(), done),
    );
    expect(schema.getSchema()).toBe('{}');
    const configured = await call<provider.ConfigureResponse>((done) =>
      served.rpc.configure(new provider.ConfigureRequest(), done),
    );
    expect([configured.getAcceptsecrets(), configured.getSupportspreview()]).toEqual([true, true]);
  });

  it('notes the cluster, and is replaced only for another one', async () => {
    const request = new provider.CheckRequest();
    request.setNews(writeStruct({ value: { version: '4.34.2', kubeconfig: '/home/somebody/config' }, secrets: [] }));
    const checked = await call<provider.CheckResponse>((done) => served.rpc.checkConfig(request, done));
    expect(readStruct(checked.getInputs()).value).toMatchObject({ clusterIdentifier: 'cluster-one' });

    const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
    const moved = await diffConfig({ clusterIdentifier: 'cluster-two' }, { clusterIdentifier: 'cluster-one' });
    expect([moved.getChanges(), moved.getReplacesList()]).toEqual([DIFF_SOME, ['clusterIdentifier']]);
    const elsewhere = await diffConfig({ kubeconfig: '/a' }, { kubeconfig: '/b', clusterIdentifier: 'cluster-one' });
    expect(elsewhere.getChanges()).toBe(DIFF_NONE);
    const renamed = await diffConfig({ namespace: 'a' }, { namespace: 'b' });
    expect([renamed.getChanges(), renamed.getReplacesList()]).toEqual([DIFF_SOME, []]);
  });

  it('refuses a kubeconfig in the program, which it would not use', async () => {
    const request = new provider.CheckRequest();
    request.setNews(writeStruct({ value: { kubeconfig: 'apiVersion: v1\nkind: Config\n' }, secrets: [] }));
    const checked = await call<provider.CheckResponse>((done) => served.rpc.checkConfig(request, done));
    expect(checked.getFailuresList().map((failure) => failure.getProperty())).toEqual(['kubeconfig']);
  });

  it('refuses functions and components with the way out', async () => {
    const invoke = new provider.InvokeRequest();
    invoke.setTok('kubernetes:yaml:decode');
    const refused = await failureOf(call((done) => served.rpc.invoke(invoke, done)));
    expect(refused.error?.text.en).toContain(
      'the embedded provider has no function or component "kubernetes:yaml:decode": it applies plain objects',
    );
    expect(refused.code).toBe(12);
    const construct = new provider.ConstructRequest();
    construct.setType('kubernetes:helm.sh/v4:Chart');
    expect((await failureOf(call((done) => served.rpc.construct(construct, done)))).error?.hint?.en).toBe(
      'testbed up --provider vendor',
    );
  });
});
