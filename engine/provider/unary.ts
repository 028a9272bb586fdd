import type { handleUnaryCall } from '@grpc/grpc-js';
import type { Run } from './context';
import { afterCancel, grpcError, notConfigured } from './refusals';

/**
 * Serves one call. The handler's signal ends with the run and when the engine gives the call up (a dead engine too), so that nothing
 * waits for somebody who is gone.
 */
export function unary<Request, Response>(
  run: Run,
  handler: (request: Request, signal: AbortSignal) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, answer) => {
    const abandoned = new AbortController();
    let answered = false;
    call.on('cancelled', () => {
      if (!answered) abandoned.abort();
    });
    const serve = async (): Promise<Response> =>
      // Checks and diffs wait for nothing: they are most of the calls, and need no signal.
      handler(call.request, handler.length < 2 ? run.signal : AbortSignal.any([run.signal, abandoned.signal]));
    serve().then(
      (response) => {
        answered = true;
        answer(null, response);
      },
      (error: unknown) => {
        answered = true;
        answer(grpcError(afterCancel(error, run.signal)));
      },
    );
  };
}

/** As `unary`, for calls about objects: refused until the instance is configured. */
export function unaryOnceConfigured<Request, Response>(
  run: Run,
  handler: (request: Request, signal: AbortSignal) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  const serve = unary(run, handler);
  return (call, answer) => (run.isConfigured ? serve(call, answer) : answer(grpcError(notConfigured())));
}
