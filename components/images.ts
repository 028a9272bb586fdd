/**
 * Every image that a workload of ours runs, by image and version. The version is decided here; a site pins the digest, because only
 * the site knows from which registry and by whose signature it takes an image.
 */
export const IMAGES = {
  postgres: { '15': 'docker.io/library/postgres:15' },
} as const;

export type ImageName = `postgres:${keyof (typeof IMAGES)['postgres']}`;

/** A site's own references by name: `{ 'postgres:15': 'mirror.example/postgres@sha256:...' }`. */
export type ImagePins = Readonly<Partial<Record<ImageName, string>>>;

const REFERENCES: Readonly<Record<ImageName, string>> = { 'postgres:15': IMAGES.postgres['15'] };

/** What to pull: the site's pin where there is one, else the vendor's reference. */
export function imageReference(name: ImageName, pins: ImagePins = {}): string {
  return pins[name] ?? REFERENCES[name];
}
