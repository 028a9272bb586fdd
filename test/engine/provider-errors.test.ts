import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeProviderError, encodeProviderError } from '../../engine/provider-errors';
import { TestbedError, text } from '../../errors';

const words = fc.record({ en: fc.string({ maxLength: 200 }), ko: fc.string({ maxLength: 200 }) });

describe('an error of the provider', () => {
  it('comes back whole whatever the engine writes around it', () => {
    fc.assert(
      fc.property(
        words,
        fc.option(words, { nil: undefined }),
        fc.array(words, { maxLength: 5 }),
        fc.stringMatching(/^[a-z :]{0,30}$/),
        fc.string({ maxLength: 30 }),
        (said, hint, details, before, after) => {
          const error = new TestbedError('NotReady', said, { ...(hint === undefined ? {} : { hint }), details });
          const decoded = decodeProviderError(`${before}${encodeProviderError(error)}${after}`);
          expect(decoded).toMatchObject({ code: 'NotReady', text: said, details });
          expect(decoded?.hint).toEqual(hint);
        },
      ),
    );
  });

  it('stays on one line', () => {
    expect(encodeProviderError(new TestbedError('NotReady', text('one\ntwo', '하나\n둘')))).not.toContain('\n');
  });

  it('is bounded', () => {
    const long = text('x'.repeat(100_000), '가'.repeat(100_000));
    const details = Array.from({ length: 100 }, () => long);
    expect(encodeProviderError(new TestbedError('NotReady', long, { details })).length).toBeLessThan(40_000);
  });

  it.each(['', 'error: something else', 'testbed:Nonsense: {"text":{"en":"a","ko":"b"}}', 'testbed:NotReady: {"text"'])(
    'is not seen in %j',
    (message) => {
      expect(decodeProviderError(message)).toBeUndefined();
    },
  );
});
