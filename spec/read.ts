import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { reasonOf, TestbedError, text } from '../errors';
import { BEGINNING, fileTooLarge, loadSpecs, type SpecDocument } from './documents';
import { LIMITS } from './limits';
import { failure, loadSpec, tooLarge, type LoadOptions, type LoadResult } from './load';
import { quotedPath } from './visible';

/**
 * Reads and judges a spec file: a regular file of at most 64 KiB in UTF-8. What is wrong inside comes back as issues, bytes that are
 * no UTF-8 included; a file that can't be opened or is none throws SpecUnreadable.
 */
export function readSpecFile(file: string, options: LoadOptions): LoadResult {
  const { bytes, size } = readBounded(file, LIMITS.fileBytes);
  if (size > LIMITS.fileBytes) return failure({ file, text: bytes.toString('utf8', 0, 1024) }, [tooLarge(size)]);
  return decode(file, bytes, options);
}

/**
 * As `readSpecFile`, for a file with any number of specs, parted by lines of `---`: at most 64 KiB each and `LIMITS.filesBytes` in all.
 */
export function readSpecsFile(file: string, options: LoadOptions): readonly SpecDocument[] {
  const { bytes, size } = readBounded(file, LIMITS.filesBytes);
  if (size > LIMITS.filesBytes) return [{ name: BEGINNING, loaded: fileTooLarge(file, size, LIMITS.filesBytes) }];
  if (!isUtf8(bytes)) return [{ name: BEGINNING, loaded: decode(file, bytes, options) }];
  return loadSpecs({ file: file, text: bytes.toString('utf8') }, options);
}

function decode(file: string, bytes: Buffer, options: LoadOptions): LoadResult {
  const source = bytes.toString('utf8');
  if (isUtf8(bytes)) return loadSpec({ file, text: source }, options);
  const start = firstBadByte(source);
  return failure({ file, text: source }, [{ start, end: start + 1, path: [], message: encodingMessage(bytes) }]);

  /** In the decoded text: the first replacement character that the bytes did not hold themselves. */
  function firstBadByte(decoded: string): number {
    let byte = 0;
    for (const { 0: character, index } of decoded.matchAll(/[^\ufffd]+|\ufffd/gu)) {
      const encoded = Buffer.from(character);
      if (!bytes.subarray(byte, byte + encoded.length).equals(encoded)) return index;
      byte += encoded.length;
    }
    return 0;
  }
}

function encodingMessage(bytes: Buffer) {
  const mark = bytes.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff')
    return text('the file is UTF-16: save it as UTF-8', '파일이 UTF-16입니다. UTF-8로 저장하십시오');
  return text(
    'the file is not UTF-8 from here on, maybe CP949 (EUC-KR): save it as UTF-8',
    '여기서부터 UTF-8이 아닙니다. CP949(EUC-KR)일 수 있으니 UTF-8로 저장하십시오',
  );
}

/** Reads no more than the limit and one byte; `size` says whether there was more. */
function readBounded(file: string, limit: number): { bytes: Buffer; size: number } {
  const descriptor = open(file);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile())
      throw new TestbedError(
        'SpecUnreadable',
        text(
          `${quotedPath(file)} is not a regular file: name a testbed.yaml`,
          `${quotedPath(file)}: 일반 파일이 아닙니다. testbed.yaml 파일을 지정하십시오`,
        ),
      );
    const buffer = Buffer.alloc(Math.min(limit, stat.size) + 1);
    let length = 0;
    for (;;) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, length);
      length += read;
      if (read === 0 || length === buffer.length) break;
    }
    return { bytes: buffer.subarray(0, length), size: Math.max(length, stat.size) };
  } catch (cause) {
    throw cause instanceof TestbedError ? cause : unreadable(file, cause);
  } finally {
    closeSync(descriptor);
  }
}

function open(file: string): number {
  try {
    // Without O_NONBLOCK a named pipe would keep us waiting for its writer.
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): TestbedError {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
    return new TestbedError(
      'SpecUnreadable',
      text(`there is no file ${quotedPath(file)}`, `${quotedPath(file)} 파일이 없습니다`),
      {
        cause,
        hint: text('testbed init', 'testbed init'),
      },
    );
  return new TestbedError(
    'SpecUnreadable',
    text(
      `${quotedPath(file)} can't be read (${reasonOf(cause)}): check the path and its permissions`,
      `${quotedPath(file)}: 읽을 수 없습니다(${reasonOf(cause)}). 경로와 권한을 확인하십시오`,
    ),
    { cause },
  );
}
