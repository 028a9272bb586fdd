/** What is generated from the spec's schema: its reference and the JSON Schema for editors. */
export { specJsonSchemaText, specReference, type FieldReference } from '../spec';
