import { describe, expect, test } from 'vitest';
import { specReference } from '../../spec';
import { FIELD_DOCS } from '../../spec/field-docs';

describe('the reference', () => {
  test('has every field of the documentation table, and every field of the schema stands in the table', () => {
    const paths = specReference().map(({ path }) => path);
    expect(paths).toEqual(Object.keys(FIELD_DOCS).filter((path) => path !== ''));
  });

  test('says type, need and default of a field', () => {
    const rows = specReference().map(({ path, type, required, default: fallback }) => [path, type, required, fallback]);
    expect(rows).toEqual([
      ['apiVersion', 'text', true, undefined],
      ['name', 'text', true, undefined],
      ['participant', 'text', true, undefined],
      ['members', 'list', true, undefined],
      ['members[]', 'text', true, undefined],
      ['owner', 'text', true, undefined],
      ['grade', 'text', true, undefined],
      ['size', 'text', false, 'small'],
      ['ends', 'text', true, undefined],
      ['database', 'mapping', false, undefined],
      ['database.engine', 'text', true, undefined],
      ['database.version', 'text or number', true, undefined],
      ['database.storage', 'text', false, '1Gi'],
      ['ci', 'boolean', false, false],
      ['network', 'mapping', false, {}],
      ['network.egress', 'list', false, []],
      ['network.egress[]', 'mapping', true, undefined],
      ['network.egress[].name', 'text', true, undefined],
      ['network.egress[].cidr', 'text', true, undefined],
      ['network.egress[].ports', 'list', true, undefined],
      ['network.egress[].ports[]', 'mapping', true, undefined],
      ['network.egress[].ports[].port', 'number', true, undefined],
      ['network.egress[].ports[].protocol', 'text', false, 'TCP'],
    ]);
  });

  test('speaks both languages', () => {
    for (const { path, title, description, accepted } of specReference()) {
      expect([path, description.en !== '' && title.en !== '' && accepted.en !== '']).toEqual([path, true]);
      expect([path, /[가-힣]/.test(description.ko)]).toEqual([path, true]);
    }
  });
});
