import { arrowWidth } from '../engine/types.js';
import { flatRenderer } from '../load/render.js';
import type { ArrowNode } from '../write/arrow.js';
import { floatText } from './content.js';

/**
 * What writes a slot of a column as JSON without spaces; null for null. Keys stand in the order of their UTF-16 units, and one
 * whose value is null is left out, as if it were absent: a struct has the keys of all rows.
 */
export function jsonOf(node: ArrowNode): (slot: number) => string | null {
  const write = presentOf(node);
  const { validity } = node;
  return (slot) => (validity !== null && ((validity[slot >> 3]! >> (slot & 7)) & 1) === 0 ? null : write(slot));
}

function presentOf({ type, offsets, values, children }: ArrowNode): (slot: number) => string {
  switch (type.name) {
    case 'null':
      return () => 'null';
    case 'list':
    case 'fixedList': {
      const item = jsonOf(children[0]!);
      const [from, to] =
        type.name === 'list'
          ? [(slot: number) => offsets![slot]!, (slot: number) => offsets![slot + 1]!]
          : [(slot: number) => slot * type.size, (slot: number) => (slot + 1) * type.size];
      return (slot) => {
        const items: string[] = [];
        for (let i = from(slot); i < to(slot); i++) items.push(item(i) ?? 'null');
        return `[${items.join()}]`;
      };
    }
    case 'struct': {
      const fields = type.fields
        .map(({ name }, f) => ({ name, value: jsonOf(children[f]!) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      return (slot) => {
        const members = fields.flatMap(({ name, value }) => {
          const text = value(slot);
          return text === null ? [] : [`${JSON.stringify(name)}:${text}`];
        });
        return `{${members.join()}}`;
      };
    }
    case 'utf8':
      return (slot) => JSON.stringify(Buffer.from(values!.subarray(offsets![slot]!, offsets![slot + 1]!)).toString());
    case 'binary':
      return (slot) =>
        JSON.stringify(Buffer.from(values!.subarray(offsets![slot]!, offsets![slot + 1]!)).toString('hex'));
    case 'fixed':
      return (slot) =>
        JSON.stringify(Buffer.from(values!.subarray(slot * type.width, (slot + 1) * type.width)).toString('hex'));
    case 'bool':
      return (slot) => String(((values![slot >> 3]! >> (slot & 7)) & 1) === 1);
    default: {
      const view = new DataView(values!.buffer, values!.byteOffset, values!.byteLength);
      if (type.name === 'float' && type.bits !== 16)
        return (slot) =>
          floatText(type.bits === 64 ? view.getFloat64(slot * 8, true) : view.getFloat32(slot * 4, true));
      if (type.name === 'duration') return (slot) => String(view.getBigInt64(slot * arrowWidth(type), true));
      const text = flatRenderer(type, view);
      return type.name === 'int' || type.name === 'decimal' || type.name === 'float'
        ? text
        : (slot) => `"${text(slot)}"`;
    }
  }
}
