export { differencesOf, type PackageChange } from './differences';
export { pinnedReference, type DebianPackage, type StoredImage } from './image';
export { openImages } from './images';
export type { ImageDifference, Images, ImagesOptions } from './images-types';
export { recipeNames } from './recipe';
export type { Sbom } from './sbom';
