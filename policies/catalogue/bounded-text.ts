import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { reasonOf, text, type Text } from '../../errors';

/** A regular file of at most `most` bytes in UTF-8, without its byte order mark; or why it is none. */
export function readBoundedText(path: string, most: number): { readonly source: string } | { readonly why: Text } {
  let descriptor: number | undefined;
  try {
    // Without O_NONBLOCK a named pipe would keep us waiting for its writer.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (!fstatSync(descriptor).isFile()) return { why: text('this is not a regular file', '일반 파일이 아닙니다') };
    const buffer = Buffer.alloc(most + 1);
    let length = 0;
    for (;;) {
      const read = readSync(descriptor, buffer, length, buffer.length - length, length);
      length += read;
      if (read === 0 || length === buffer.length) break;
    }
    if (length > most)
      return {
        why: text(
          `the file has more than ${most / 1024} KiB: split it`,
          `파일이 ${most / 1024} KiB를 넘습니다. 나누십시오`,
        ),
      };
    const bytes = buffer.subarray(0, length);
    if (!isUtf8(bytes))
      return { why: text('the file is not UTF-8: save it as UTF-8', '파일이 UTF-8이 아닙니다. UTF-8로 저장하십시오') };
    return { source: bytes.toString('utf8').replace(/^\ufeff/, '') };
  } catch (cause) {
    return {
      why: text(
        `the file can't be read (${reasonOf(cause)}): check its permissions`,
        `파일을 읽을 수 없습니다(${reasonOf(cause)}). 권한을 확인하십시오`,
      ),
    };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
