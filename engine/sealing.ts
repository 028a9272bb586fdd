import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';

const CIPHER = 'aes-256-gcm';
const base64 = z.base64().max(200);

/** A key that another key encrypts; all three in base64. */
export const sealedKey = z.strictObject({ nonce: base64, tag: base64, key: base64 });
export type SealedKey = z.output<typeof sealedKey>;

/** Encrypts a key by another of 32 bytes (AES-256-GCM), bound to `owner`: sealed for one, it opens for no other. */
export function seal(key: Buffer, by: Buffer, owner: string): SealedKey {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(CIPHER, by, nonce).setAAD(Buffer.from(owner));
  const ciphertext = Buffer.concat([cipher.update(key), cipher.final()]);
  return {
    nonce: nonce.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    key: ciphertext.toString('base64'),
  };
}

/** Throws when it was sealed by another key or for another owner, or was changed since. */
export function unseal({ nonce, tag, key }: SealedKey, by: Buffer, owner: string): Buffer {
  const decipher = createDecipheriv(CIPHER, by, Buffer.from(nonce, 'base64'), { authTagLength: 16 })
    .setAAD(Buffer.from(owner))
    .setAuthTag(Buffer.from(tag, 'base64'));
  return Buffer.concat([decipher.update(Buffer.from(key, 'base64')), decipher.final()]);
}

/** A key of its own for one purpose: 32 bytes, from which nobody learns the stack's data key (base64). */
export function keyFor(purpose: string, dataKey: string): Buffer {
  return createHmac('sha256', Buffer.from(dataKey, 'base64')).update(purpose).digest();
}
