/** Counts what an evaluation does. Work in proportion to the data is charged before it is done, so that time and memory are bounded. */
export interface Meter {
  /** Throws LimitExceeded when the steps of this evaluation are used up. */
  charge(steps: number): void;
}

/** What is judged, or what judging it takes, is beyond what is taken. Thrown, not returned: no logical operator may absorb it. */
export class LimitExceeded extends Error {}

/** Charges for reading or making a text: a step each 16 characters, so that short texts are free. */
export function chargeText(meter: Meter, characters: number): void {
  if (characters >= 16) meter.charge(characters >>> 4);
}
