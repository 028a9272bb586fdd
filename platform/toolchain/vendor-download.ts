import { basename, join } from 'node:path';
import { text, type Text } from '../../errors';
import { extractOne } from './archive';
import { checksumIn, pinnedChecksum } from './checksums';
import type { Downloader } from './downloader';
import { isLoopback } from './loopback';
import type { Receipt } from './receipt';
import type { Settings } from './settings';
import type { Tool, VendorFile } from './tool';
import { DownloadFailure } from './tool-errors';

/** An executable in the work folder, not yet published. */
export interface Provided {
  readonly file: string;
  readonly from: string;
  readonly vouchedBy: Receipt['vouchedBy'];
}

/**
 * Downloads the vendor's file of a tool into `workFolder`, compares its SHA-256 with the site's pin or, without one, with the
 * vendor's own checksum file, and unpacks the executable. Nothing is unpacked or run before the checksum is right.
 * Throws DownloadFailure.
 */
export async function downloadTool(
  tool: Tool,
  settings: Settings,
  downloader: Downloader,
  workFolder: string,
  onDetail: (detail: Text) => void,
): Promise<Provided> {
  const file = settings.platform === undefined ? undefined : tool.vendorFile(settings.platform);
  if (file === undefined)
    throw new DownloadFailure(
      'final',
      text(
        `the vendor has no ${tool.name} for ${settings.platformName}`,
        `${settings.platformName}용 ${tool.name} 배포 파일이 없습니다`,
      ),
    );
  const address = mirrored(file.url, settings.mirror);
  const expected = await expectedChecksum(file, address, settings, downloader);

  const downloaded = join(workFolder, 'download');
  const { sha256 } = await downloader.file(address, downloaded, (bytes, total) =>
    onDetail(
      text(
        `downloading: ${megabytes(bytes)}${total === undefined ? '' : ` of ${megabytes(total)}`} MB`,
        `내려받는 중: ${megabytes(bytes)}${total === undefined ? '' : ` / ${megabytes(total)}`}MB`,
      ),
    ),
  );
  if (sha256 !== expected.sha256) throw wrongChecksum(address, sha256, expected);
  if (file.content.kind === 'plain') return { file: downloaded, from: address, vouchedBy: expected.by };

  onDetail(text('unpacking', '압축을 푸는 중'));
  const unpacked = join(workFolder, 'unpacked');
  await extractOne(downloaded, file.content.entry, unpacked, settings.limits.downloadBytes);
  return { file: unpacked, from: address, vouchedBy: expected.by };
}

interface ExpectedChecksum {
  readonly sha256: string;
  readonly by: 'pin' | 'vendor';
}

async function expectedChecksum(
  file: VendorFile,
  address: string,
  settings: Settings,
  downloader: Downloader,
): Promise<ExpectedChecksum> {
  const pin = pinnedChecksum(settings.pins, file.url);
  if (pin !== undefined) return { sha256: pin, by: 'pin' };
  const name = basename(file.url);
  if (file.checksums === undefined)
    throw new DownloadFailure(
      'final',
      text(
        `the vendor publishes no checksum of ${name}: pin one in TESTBED_TOOLS_CHECKSUMS to download it`,
        `${name}의 공식 체크섬이 없습니다. 내려받으려면 TESTBED_TOOLS_CHECKSUMS에 체크섬을 지정하십시오`,
      ),
    );
  const url = new URL(address);
  if (url.protocol !== 'https:' && !isLoopback(url))
    throw new DownloadFailure(
      'final',
      text(
        `the mirror speaks plain http, where a checksum file proves nothing: pin ${name} in TESTBED_TOOLS_CHECKSUMS`,
        `미러가 암호화되지 않은 http를 쓰므로 체크섬 파일을 믿을 수 없습니다. TESTBED_TOOLS_CHECKSUMS에 ${name}의 체크섬을 지정하십시오`,
      ),
    );
  const list = await downloader.text(mirrored(file.checksums.url, settings.mirror));
  const sha256 = checksumIn(list, file.checksums.format, name);
  if (sha256 !== undefined) return { sha256, by: 'vendor' };
  throw new DownloadFailure(
    'final',
    text(
      `the checksum file ${file.checksums.url} has no checksum of ${name}`,
      `체크섬 파일 ${file.checksums.url}에 ${name}의 체크섬이 없습니다`,
    ),
  );
}

/** `https://host/path` becomes `<mirror>/host/path`, so that one mirror serves all vendors. */
function mirrored(url: string, mirror: URL | undefined): string {
  return mirror === undefined ? url : `${mirror.href.replace(/\/+$/, '')}/${url.replace(/^https:\/\//, '')}`;
}

function wrongChecksum(address: string, sha256: string, expected: ExpectedChecksum): DownloadFailure {
  const [whoEn, whoKo] =
    expected.by === 'pin'
      ? ['the pinned checksum', '고정된 체크섬']
      : ["the vendor's checksum file", '공식 체크섬 파일'];
  return new DownloadFailure(
    'wrong-checksum',
    text(
      `${address} has SHA-256 ${sha256}, but ${whoEn} says ${expected.sha256}: it is not what was published, or the pin is of another version`,
      `${address}의 SHA-256은 ${sha256}이지만 ${whoKo}은(는) ${expected.sha256}입니다. 배포된 파일이 아니거나 다른 버전의 체크섬입니다`,
    ),
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
