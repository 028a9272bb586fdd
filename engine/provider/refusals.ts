import { Metadata, status as grpcStatus, type ServerErrorResponse } from '@grpc/grpc-js';
import { ErrorResourceInitFailed } from '@pulumi/pulumi/proto/provider_pb';
import { Status } from '@pulumi/pulumi/proto/status_pb';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { TestbedError, reasonOf, text, type Text } from '../../errors';
import { failedWith } from '../../kubernetes/failures';
import { encodeProviderError } from '../provider-errors';
import { identityIn } from './state';
import { writeStruct, type Properties } from './wire';

/** The object is there but something about it is not done: the engine has to record it all the same. */
export class PartlyDone extends Error {
  override name = 'PartlyDone';
  readonly id: string;
  readonly state: Properties;
  readonly inputs: Properties;
  readonly reason: TestbedError;

  constructor(id: string, state: Properties, inputs: Properties, reason: TestbedError) {
    super(reason.message);
    this.id = id;
    this.state = state;
    this.inputs = inputs;
    this.reason = reason;
  }
}

/**
 * An error travels in the trailers of an answer, and an HTTP/2 peer may drop the connection for more than 64 KiB of them: the
 * engine would think that nothing was created. So state beyond this size is cut to what identifies the object (base64 adds a third).
 */
const MOST_STATE_BYTES = 24_000;
/** As it is written in a header, where a Korean syllable takes 9 bytes. */
const MOST_MESSAGE_BYTES = 12_000;
const SHORT_TEXT = 300;

/** Any failure as the gRPC error that the engine shows; words come from TestbedErrors alone. */
export function grpcError(error: unknown): ServerErrorResponse {
  if (error instanceof PartlyDone) return partlyDoneError(error);
  const message = boundedMessage(asTestbedError(error));
  return Object.assign(new Error(message), { code: codeOf(error), details: message, metadata: new Metadata() });
}

function boundedMessage(error: TestbedError): string {
  const short = (said: Text): Text => ({ en: said.en.slice(0, SHORT_TEXT), ko: said.ko.slice(0, SHORT_TEXT) });
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  const shortHint = error.hint === undefined ? {} : { hint: short(error.hint) };
  const attempts = [
    error,
    new TestbedError(error.code, error.text, hint),
    new TestbedError(error.code, short(error.text), shortHint),
  ];
  const messages = attempts.map(encodeProviderError);
  const fits = (message: string): boolean => encodeURIComponent(message.toWellFormed()).length <= MOST_MESSAGE_BYTES;
  return messages.find(fits) ?? messages.at(-1) ?? '';
}

/** Any failure in words for people; a conflict of field managers is one of ownership. */
export function asTestbedError(error: unknown): TestbedError {
  const failure = failedWith(error);
  if (error instanceof TestbedError && failure !== undefined) {
    const foreign = failure.causes.some(({ reason }) => reason === 'FieldManagerConflict');
    return foreign
      ? new TestbedError('OwnershipConflict', error.text, { details: error.details, cause: error })
      : error;
  }
  if (error instanceof TestbedError) return error;
  if (error instanceof Error && error.name === 'AbortError') return interrupted(error);
  return new TestbedError(
    'InternalError',
    text(`the provider failed: ${reasonOf(error)}`, `프로바이더에서 오류가 발생했습니다: ${reasonOf(error)}`),
    { cause: error },
  );
}

/** What a wait or a write ends with when the run is over, whatever reason its signal gives. */
export function interrupted(cause: unknown): TestbedError {
  return new TestbedError('Interrupted', text('the operation was cancelled', '작업이 취소되었습니다'), { cause });
}

/** An instance that is asked for objects before Configure would put them into a namespace that nobody chose. */
export function notConfigured(): TestbedError {
  return new TestbedError(
    'EngineFailed',
    text(
      'the provider was asked about an object before it was configured',
      '프로바이더가 구성되기 전에 객체 요청을 받았습니다',
    ),
  );
}

/** More providers than an operation serves. */
export function tooManyProviders(most: number): TestbedError {
  return new TestbedError(
    'EngineFailed',
    text(
      `the program has more than ${most} Kubernetes providers`,
      `프로그램의 Kubernetes 프로바이더가 ${most}개보다 많습니다`,
    ),
    {
      hint: text(
        'the default one counts: give objects their metadata.namespace in place of a provider for each namespace, or divide the program',
        '기본 프로바이더도 포함한 수입니다. 네임스페이스마다 프로바이더를 두는 대신 객체에 metadata.namespace를 지정하거나 프로그램을 나누세요',
      ),
    },
  );
}

/** What a call that the run's end cut short is told as: not the pause that it was in, but why it was not gone on with. */
export function afterCancel(error: unknown, signal: AbortSignal): unknown {
  const status = failedWith(error)?.status;
  const passing = status !== undefined && (status === 0 || status === 429 || status >= 500);
  return signal.aborted && passing ? interrupted(error) : error;
}

/** UNKNOWN says that the object may exist all the same; the other codes say that nothing was changed. */
function codeOf(error: unknown): grpcStatus {
  const failure = failedWith(error);
  if (failure !== undefined)
    return failure.status === 0 || failure.status >= 500 ? grpcStatus.UNKNOWN : grpcStatus.FAILED_PRECONDITION;
  return error instanceof TestbedError ? grpcStatus.FAILED_PRECONDITION : grpcStatus.UNKNOWN;
}

/** The error with which the engine records id, state, inputs and reasons, and counts the resource as failed. */
function partlyDoneError({ id, state, inputs, reason }: PartlyDone): ServerErrorResponse {
  const message = boundedMessage(reason);
  const failed = new ErrorResourceInitFailed();
  failed.setId(id);
  failed.setProperties(writeStruct(state));
  failed.setInputs(writeStruct(inputs));
  failed.setReasonsList([message]);
  if (failed.serializeBinary().length > MOST_STATE_BYTES) {
    // The engine has the inputs from the program; the rest is recorded by the next run, which applies the object again.
    failed.setProperties(writeStruct(identityIn(state)));
    failed.clearInputs();
  }
  const packed = new Any();
  packed.pack(failed.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed');
  const status = new Status();
  status.setCode(grpcStatus.UNKNOWN);
  status.setMessage(message);
  status.setDetailsList([packed]);
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(status.serializeBinary()));
  return Object.assign(new Error(message), { code: grpcStatus.UNKNOWN, details: message, metadata });
}
