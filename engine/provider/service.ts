import { status as grpcStatus, type UntypedServiceImplementation } from '@grpc/grpc-js';
import * as plugin from '@pulumi/pulumi/proto/plugin_pb';
import * as provider from '@pulumi/pulumi/proto/provider_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { TestbedError } from '../../errors';
import { encodeProviderError } from '../provider-errors';
import { checkInputs, type CheckFailure, type CheckQuestion } from './check';
import { CLUSTER_KEY, checkConfiguration, configure, isAnotherCluster, isConnectionKey } from './configuration';
import { startRun, type ProviderContext } from './context';
import { changesBetween, type Change } from './changes';
import { judgedDiff } from './diff';
import { endObject } from './end';
import { create, update } from './lifecycle';
import { formatPath } from './paths';
import { readObject } from './read';
import { timeoutFor } from './ready';
import { tooManyProviders } from './refusals';
import { refusedFunction } from './type-token';
import type { Repairs } from './repair';
import { unary, unaryOnceConfigured } from './unary';
import { readStruct, writeStruct, type Properties } from './wire';

/** The SDK whose types this provider serves; an older answer would make the engine warn at every run. */
const PROVIDER_VERSION = '4.34.2';

/**
 * One instance of the `kubernetes:*` resource provider: an implementation of ResourceProviderService, to be added to a gRPC
 * server that the caller owns. State is per instance (Configure, Cancel), so each of a program's providers in each operation needs its own.
 * With `repairs`, Read takes objects back instead of telling how they are. Errors carry encodeProviderError's line; objects that exist but are not ready come as ErrorResourceInitFailed.
 */
export function providerService(context: ProviderContext, repairs?: Repairs): UntypedServiceImplementation {
  const run = startRun(context);
  const mark = (urn: string): { stack: string; urn: string } => ({ stack: context.stack, urn });

  return {
    handshake: unary(run, () => {
      const answer = new provider.ProviderHandshakeResponse();
      answer.setAcceptSecrets(true);
      answer.setSupportsAutonamingConfiguration(true);
      return answer;
    }),
    attach: unary(run, () => new Empty()),
    getPluginInfo: unary(run, () => {
      const answer = new plugin.PluginInfo();
      answer.setVersion(PROVIDER_VERSION);
      return answer;
    }),
    getSchema: unary(run, () => {
      const answer = new provider.GetSchemaResponse();
      answer.setSchema('{}');
      return answer;
    }),
    getMapping: unary(run, () => new provider.GetMappingResponse()),
    getMappings: unary(run, () => new provider.GetMappingsResponse()),

    checkConfig: unary(run, (request: provider.CheckRequest) => {
      refuseOneTooMany(context);
      const { inputs, failures } = checkConfiguration(context, readStruct(request.getNews()));
      return checkResponse(inputs, failures);
    }),
    diffConfig: unary(run, (request: provider.DiffRequest) => {
      // `olds` is the provider's state; its inputs are what CheckConfig made of the program's.
      const olds = readStruct(request.getOldInputs() ?? request.getOlds());
      const news = readStruct(request.getNews());
      if (isAnotherCluster(olds, news)) {
        const path = [CLUSTER_KEY];
        return diffResponse([{ path, kind: 'update', written: CLUSTER_KEY, replaces: true }], false);
      }
      const changes = changesBetween(olds.value, news.value).filter(({ path }) => !isConnectionKey(String(path[0])));
      return diffResponse(
        changes.map((change) => ({ ...change, written: formatPath(change.path), replaces: false })),
        false,
      );
    }),
    configure: unary(run, (request: provider.ConfigureRequest) => {
      refuseOneTooMany(context);
      configure(run, readStruct(request.getArgs()));
      const answer = new provider.ConfigureResponse();
      answer.setAcceptsecrets(true);
      answer.setSupportspreview(true);
      answer.setSupportsAutonamingConfiguration(true);
      return answer;
    }),

    check: unaryOnceConfigured(run, async (request: provider.CheckRequest) => {
      const { inputs, failures } = await checkInputs(run, {
        urn: request.getUrn(),
        news: readStruct(request.getNews()),
        olds: readStruct(request.getOlds()),
        randomSeed: request.getRandomseed_asU8(),
        ...namingOf(request),
      });
      return checkResponse(inputs, failures);
    }),
    diff: unaryOnceConfigured(run, async (request: provider.DiffRequest) => {
      const { changes, deleteBeforeReplace } = await judgedDiff(run, {
        urn: request.getUrn(),
        state: readStruct(request.getOlds()),
        news: readStruct(request.getNews()),
        oldInputs: readStruct(request.getOldInputs()),
        ignoreChanges: request.getIgnorechangesList(),
      });
      return diffResponse(changes, deleteBeforeReplace);
    }),
    create: unaryOnceConfigured(run, async (request: provider.CreateRequest, signal) => {
      const inputs = readStruct(request.getProperties());
      const { id, state } = await create(run, {
        urn: request.getUrn(),
        inputs,
        preview: request.getPreview(),
        timeoutSeconds: timeoutFor(run, request.getTimeout(), inputs),
        signal,
      });
      const answer = new provider.CreateResponse();
      answer.setId(id);
      answer.setProperties(writeStruct(state));
      return answer;
    }),
    read: unaryOnceConfigured(run, async (request: provider.ReadRequest, signal) => {
      const urn = request.getUrn();
      const question = {
        urn,
        id: request.getId(),
        state: readStruct(request.getProperties()),
        inputs: readStruct(request.getInputs()),
        mark: mark(urn),
        signal,
      };
      const found = await (repairs?.read(run, question) ?? readObject(run, question));
      const answer = new provider.ReadResponse();
      if (found === undefined) return answer;
      answer.setId(request.getId());
      answer.setProperties(writeStruct(found.state));
      answer.setInputs(writeStruct(found.inputs));
      return answer;
    }),
    update: unaryOnceConfigured(run, async (request: provider.UpdateRequest, signal) => {
      const inputs = readStruct(request.getNews());
      const { state } = await update(run, {
        urn: request.getUrn(),
        inputs,
        state: readStruct(request.getOlds()),
        oldInputs: readStruct(request.getOldInputs()),
        preview: request.getPreview(),
        timeoutSeconds: timeoutFor(run, request.getTimeout(), inputs),
        signal,
      });
      const answer = new provider.UpdateResponse();
      answer.setProperties(writeStruct(state));
      return answer;
    }),
    delete: unaryOnceConfigured(run, async (request: provider.DeleteRequest, signal) => {
      const urn = request.getUrn();
      const state = readStruct(request.getProperties());
      const timeoutSeconds = timeoutFor(run, request.getTimeout(), readStruct(request.getOldInputs()));
      await endObject(run, { urn, id: request.getId(), state, mark: mark(urn), timeoutSeconds, signal });
      return new Empty();
    }),
    cancel: unary(run, () => {
      run.cancel();
      return new Empty();
    }),

    invoke: refused((request: provider.InvokeRequest) => request.getTok()),
    call: refused((request: provider.CallRequest) => request.getTok()),
    construct: refused((request: provider.ConstructRequest) => request.getType()),
    parameterize: refused(() => 'parameterize'),
    list: (call: { emit: (event: 'error', error: unknown) => void }) => call.emit('error', notServed('list')),
  };
}

/** Said where the engine begins with an instance: CheckConfig for one of the program, Configure for one of the state. */
function refuseOneTooMany({ mostInstances }: ProviderContext): void {
  if (mostInstances !== undefined) throw tooManyProviders(mostInstances);
}

function namingOf(request: provider.CheckRequest): Pick<CheckQuestion, 'naming'> {
  const options = request.getAutonaming();
  if (options === undefined) return {};
  const { ENFORCE, DISABLE } = provider.CheckRequest.AutonamingOptions.Mode;
  const mode = options.getMode();
  return {
    naming: {
      mode: mode === ENFORCE ? 'enforce' : mode === DISABLE ? 'disable' : 'propose',
      name: options.getProposedName(),
    },
  };
}

function checkResponse(inputs: Properties, failures: readonly CheckFailure[]): provider.CheckResponse {
  const answer = new provider.CheckResponse();
  answer.setInputs(writeStruct(inputs));
  answer.setFailuresList(
    failures.map(({ path, reason }) => {
      const failure = new provider.CheckFailure();
      failure.setProperty(formatPath(path));
      failure.setReason(encodeProviderError(new TestbedError('UsageWrong', reason)));
      return failure;
    }),
  );
  return answer;
}

function diffResponse(
  changes: readonly (Change & { readonly written: string; readonly replaces: boolean })[],
  deleteBeforeReplace: boolean,
): provider.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
  const answer = new provider.DiffResponse();
  answer.setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME);
  answer.setDiffsList([...new Set(changes.map(({ path }) => String(path[0])))]);
  answer.setReplacesList(changes.filter(({ replaces }) => replaces).map(({ written }) => written));
  answer.setDeletebeforereplace(deleteBeforeReplace);
  answer.setHasdetaileddiff(true);
  const detailed = answer.getDetaileddiffMap();
  for (const { kind, written, replaces } of changes) {
    const difference = new provider.PropertyDiff();
    difference.setKind(kindOf(kind, replaces));
    difference.setInputdiff(true);
    detailed.set(written, difference);
  }
  return answer;
}

function kindOf(kind: Change['kind'], replaces: boolean): provider.PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = provider.PropertyDiff.Kind;
  if (kind === 'add') return replaces ? ADD_REPLACE : ADD;
  if (kind === 'delete') return replaces ? DELETE_REPLACE : DELETE;
  return replaces ? UPDATE_REPLACE : UPDATE;
}

/** Functions and components are the vendor's. */
function refused<Request>(
  nameOf: (request: Request) => string,
): (call: { readonly request: Request }, answer: (error: object) => void) => void {
  return (call, answer) => answer(notServed(nameOf(call.request)));
}

function notServed(name: string): { code: grpcStatus; details: string } {
  return { code: grpcStatus.UNIMPLEMENTED, details: encodeProviderError(refusedFunction(name)) };
}
