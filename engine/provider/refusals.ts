import { Metadata, status as grpcStatus, type ServerErrorResponse } from '@grpc/grpc-js';
import { ErrorResourceInitFailed } from '@pulumi/pulumi/proto/provider_pb';
import { Status } from '@pulumi/pulumi/proto/status_pb';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { TestbedError, reasonOf, text } from '../../errors';
import { failedWith } from '../../kubernetes/failures';
import { encodeProviderError } from '../provider-errors';
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

/** Any failure as the gRPC error that the engine shows; words come from TestbedErrors alone. */
export function grpcError(error: unknown): ServerErrorResponse {
  if (error instanceof PartlyDone) return partlyDoneError(error);
  return Object.assign(new Error(encodeProviderError(asTestbedError(error))), {
    code: codeOf(error),
    details: encodeProviderError(asTestbedError(error)),
    metadata: new Metadata(),
  });
}

/** A property that is wrong, in words for CheckFailure.reason. */
export function asTestbedError(error: unknown): TestbedError {
  const failure = failedWith(error);
  if (error instanceof TestbedError && failure !== undefined) {
    const foreign = failure.causes.some(({ reason }) => reason === 'FieldManagerConflict');
    return foreign
      ? new TestbedError('OwnershipConflict', error.text, { details: error.details, cause: error })
      : error;
  }
  if (error instanceof TestbedError) return error;
  if (error instanceof Error && error.name === 'AbortError')
    return new TestbedError('Interrupted', text('the operation was cancelled', '작업이 취소되었습니다'), {
      cause: error,
    });
  return new TestbedError(
    'InternalError',
    text(`the provider failed: ${reasonOf(error)}`, `프로바이더에서 오류가 발생했습니다: ${reasonOf(error)}`),
    { cause: error },
  );
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
  const message = encodeProviderError(reason);
  const failed = new ErrorResourceInitFailed();
  failed.setId(id);
  failed.setProperties(writeStruct(state));
  failed.setInputs(writeStruct(inputs));
  failed.setReasonsList([message]);
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
