import { startVendor, type Answer, type VendorServer } from './vendor-server';
import { sha256, stand, vendorFile } from './workbench';

export const KUBECTL = stand('kubectl', '1.34.4');
export const kubectl = vendorFile('kubectl');

/** A vendor that serves kubectl as told, by default the right one, and the checksum of the right one. */
export async function kubectlVendor(answer: Answer = KUBECTL): Promise<VendorServer> {
  const vendor = await startVendor();
  vendor.serve(kubectl.checksumsUrl, `${sha256(KUBECTL)}\n`);
  vendor.serve(kubectl.url, answer);
  return vendor;
}
