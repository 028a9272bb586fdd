import { status, type handleUnaryCall, type ServiceError, type UntypedServiceImplementation } from '@grpc/grpc-js';
import {
  AnalyzerHandshakeResponse,
  AnalyzerStackConfigureResponse,
  EnforcementLevel,
  RemediateResponse,
  type AnalyzeRequest,
  type AnalyzeResponse,
  type AnalyzerHandshakeRequest,
  type AnalyzerInfo,
  type AnalyzerStackConfigureRequest,
  type AnalyzeStackRequest,
  type ConfigureAnalyzerRequest,
} from '@pulumi/pulumi/proto/analyzer_pb';
import { PluginInfo } from '@pulumi/pulumi/proto/plugin_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { isTestbedError, reasonOf } from '../../errors';
import { packageVersion } from '../../package/root';
import { loadCatalogue } from '../catalogue/load';
import type { Enforcement } from '../rule';
import { configurePack, DEFAULT_GRADE, type GivenPolicy, type PackConfiguration } from './configuration';
import { answerOf, notApplicable } from './diagnostics';
import { bothOf, packInfo, packRules } from './pack-info';
import { createPackJudge, type PackJudge } from './pack-judge';
import { registeredResource } from './registered';

const NOTHING = { results: [], looked: new Set<never>() };

const ENFORCEMENTS: Readonly<Record<EnforcementLevel, Enforcement>> = {
  [EnforcementLevel.MANDATORY]: 'mandatory',
  // Nothing is mended here: what should be is refused until it is.
  [EnforcementLevel.REMEDIATE]: 'mandatory',
  [EnforcementLevel.ADVISORY]: 'advisory',
  [EnforcementLevel.DISABLED]: 'off',
};

/**
 * The rules as the CLI asks for them: one run of one program. Loads the shipped catalogue at once; throws RuleInvalid when it is damaged.
 */
export function analyzerService(now: Date): UntypedServiceImplementation {
  const version = packageVersion();
  const shipped: PackConfiguration = { catalogue: loadCatalogue(), grade: DEFAULT_GRADE };
  const announced = new Map(
    packRules(shipped.catalogue).map((rule): [string, Enforcement] => [rule.id, rule.enforcement[DEFAULT_GRADE]]),
  );
  let configuration = shipped;
  let rules = rulesByScope(shipped);
  let judge: PackJudge | undefined;
  // Made with the first resource: what comes before it may still change the rules.
  const judging = (): PackJudge => (judge ??= createPackJudge({ ...configuration, now }));

  const handshake: handleUnaryCall<AnalyzerHandshakeRequest, AnalyzerHandshakeResponse> = (_call, answer) =>
    answer(null, new AnalyzerHandshakeResponse());
  const configureStack: handleUnaryCall<AnalyzerStackConfigureRequest, AnalyzerStackConfigureResponse> = (
    _call,
    answer,
  ) => answer(null, new AnalyzerStackConfigureResponse());
  const getPluginInfo: handleUnaryCall<Empty, PluginInfo> = (_call, answer) => {
    const info = new PluginInfo();
    info.setVersion(version);
    answer(null, info);
  };
  const getAnalyzerInfo: handleUnaryCall<Empty, AnalyzerInfo> = (_call, answer) =>
    answer(null, packInfo(configuration.catalogue, configuration.grade, version));
  const configure: handleUnaryCall<ConfigureAnalyzerRequest, Empty> = (call, answer) =>
    answered(answer, () => {
      configuration = configurePack(givenPolicies(call.request), announced);
      rules = rulesByScope(configuration);
      judge = undefined;
      return new Empty();
    });
  const analyze: handleUnaryCall<AnalyzeRequest, AnalyzeResponse> = (call, answer) =>
    answered(answer, () => {
      const resource = registeredResource(call.request);
      return answerOf(resource === undefined ? NOTHING : judging().analyze(resource), rules.object, version);
    });
  const analyzeStack: handleUnaryCall<AnalyzeStackRequest, AnalyzeResponse> = (call, answer) =>
    answered(answer, () => {
      const resources = call.request.getResourcesList().flatMap((one) => registeredResource(one) ?? []);
      return answerOf(judging().analyzeStack(resources), rules.set, version);
    });
  const remediate: handleUnaryCall<AnalyzeRequest, RemediateResponse> = (_call, answer) => {
    const unchanged = new RemediateResponse();
    unchanged.setNotApplicableList(notApplicable(rules.object));
    answer(null, unchanged);
  };
  // Every call is answered at once: there is nothing to stop.
  const cancel: handleUnaryCall<Empty, Empty> = (_call, answer) => answer(null, new Empty());

  return {
    handshake,
    configureStack,
    getPluginInfo,
    getAnalyzerInfo,
    configure,
    analyze,
    analyzeStack,
    remediate,
    cancel,
  };
}

function rulesByScope({
  catalogue,
}: PackConfiguration): Readonly<Record<'object' | 'set', ReturnType<typeof packRules>>> {
  const all = packRules(catalogue);
  return { object: all.filter(({ scope }) => scope === 'object'), set: all.filter(({ scope }) => scope === 'set') };
}

function givenPolicies(request: ConfigureAnalyzerRequest): ReadonlyMap<string, GivenPolicy> {
  return new Map(
    [...request.getPolicyconfigMap().entries()].map(([id, config]): [string, GivenPolicy] => [
      id,
      {
        level: ENFORCEMENTS[config.getEnforcementlevel()],
        properties: config.getProperties()?.toJavaScript() ?? {},
      },
    ]),
  );
}

/** The answer, or what went wrong as the CLI shows it: in both languages, the details too. */
function answered<T>(answer: (error: Partial<ServiceError> | null, value?: T) => void, work: () => T): void {
  let value: T;
  try {
    value = work();
  } catch (error) {
    const ours = isTestbedError(error);
    const told = ours ? [error.text, ...error.details].map(bothOf).join('\n') : reasonOf(error);
    answer({ code: ours ? status.INVALID_ARGUMENT : status.INTERNAL, details: told });
    return;
  }
  answer(null, value);
}
