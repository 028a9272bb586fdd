import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { TestbedError, reasonOf, text } from '../../errors';

/** Checksums that a site has pinned: lower-case SHA-256 by name as written (file name, or address without `https://`). */
export type ChecksumPins = ReadonlyMap<string, string>;

const LINE = /^([0-9a-f]{64})[ \t]+\*?(?:\.\/)?(\S+)$/i;
const PINS_BYTES = 1024 * 1024;

/** Reads a site's file of pins. Blank lines and lines that start with `#` are skipped. Throws UsageWrong, naming the line. */
export function readPins(file: string): ChecksumPins {
  const pins = new Map<string, string>();
  for (const [index, line] of contentOf(file).split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line.trim());
    const digest = match?.[1]?.toLowerCase();
    const name = match?.[2];
    if (digest === undefined || name === undefined)
      throw new TestbedError(
        'UsageWrong',
        text(
          `line ${index + 1} of ${file} is not "sha256  name"`,
          `${file}의 ${index + 1}번째 줄이 "sha256  이름" 형식이 아닙니다`,
        ),
      );
    const before = pins.get(name);
    if (before !== undefined && before !== digest)
      throw new TestbedError(
        'UsageWrong',
        text(
          `line ${index + 1} of ${file} pins ${name} a second time, to another checksum: use the address without https:// as name`,
          `${file}의 ${index + 1}번째 줄이 ${name}에 서로 다른 체크섬을 지정합니다. 이름 대신 https://를 뺀 주소를 적으십시오`,
        ),
      );
    pins.set(name, digest);
  }
  return pins;
}

function contentOf(file: string): string {
  try {
    if (statSync(file).size > PINS_BYTES) throw new Error(`larger than ${PINS_BYTES} bytes`);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TestbedError(
      'UsageWrong',
      text(
        `the file of pinned checksums ${file} (TESTBED_TOOLS_CHECKSUMS) can't be read: ${reasonOf(cause)}`,
        `고정 체크섬 파일 ${file}(TESTBED_TOOLS_CHECKSUMS)을 읽을 수 없습니다: ${reasonOf(cause)}`,
      ),
      { cause },
    );
  }
}

/** The pinned checksum of a vendor address; a pin by whole address wins over one by file name. */
export function pinnedChecksum(pins: ChecksumPins, url: string): string | undefined {
  return pins.get(url.replace(/^https:\/\//, '')) ?? pins.get(basename(url));
}

/** The checksum of `fileName` in a vendor's checksum file; undefined when it has none, or two that differ. */
export function checksumIn(content: string, format: 'list' | 'bare', fileName: string): string | undefined {
  if (format === 'bare') return /^[0-9a-f]{64}(?=\s|$)/i.exec(content.trim())?.[0].toLowerCase();
  const found = new Set<string>();
  for (const line of content.split(/\r?\n/)) {
    const match = LINE.exec(line.trim());
    if (match?.[1] !== undefined && match[2] === fileName) found.add(match[1].toLowerCase());
  }
  const [only] = found;
  return found.size === 1 ? only : undefined;
}
