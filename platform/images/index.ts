export type { PackageChange } from './differences';
export { pinnedReference, type StoredImage } from './image';
export { openImages } from './images';
export type { ImageDifference, Images } from './images-types';
export { recipeNames } from './recipe';
export type { Sbom } from './sbom';
