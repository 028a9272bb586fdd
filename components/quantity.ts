const FACTORS: Readonly<Record<string, bigint>> = {
  '': 1n,
  k: 10n ** 3n,
  M: 10n ** 6n,
  G: 10n ** 9n,
  T: 10n ** 12n,
  Ki: 2n ** 10n,
  Mi: 2n ** 20n,
  Gi: 2n ** 30n,
  Ti: 2n ** 40n,
};

/** Bytes of a whole Kubernetes quantity (`10Gi`); undefined for what is none, such as `1.5Gi`, `-1` or `1e9`. */
export function bytesOf(quantity: string): bigint | undefined {
  const match = /^(\d{1,15})(Ki|Mi|Gi|Ti|k|M|G|T)?$/.exec(quantity);
  const factor = FACTORS[match?.[2] ?? ''];
  return match?.[1] === undefined || factor === undefined ? undefined : BigInt(match[1]) * factor;
}
