import type { Manifest } from '../../manifest/manifest.js';
import { count, percent } from './amounts.js';
import { visible } from './text.js';

interface Node {
  name: string;
  rows: number;
  kind: string;
}

const width = 860;
const shownSources = 8;
const gap = 14;
const bodyHeight = 220;

/** What came in and what became of it: the width of a band is its rows. */
export function Flow({ manifest }: { manifest: Manifest }) {
  const { ledger } = manifest;
  const sources = sourcesOf(manifest);
  const ends: Node[] = [
    { name: 'kept', rows: ledger.kept, kind: 'kept' },
    ...Object.entries(ledger.dropped)
      .filter(([, rows]) => rows > 0)
      .map(([name, rows]) => ({ name, rows, kind: 'dropped' })),
  ];
  if (ledger.read === 0) return <p class="quiet">No records were read.</p>;
  const scale = bodyHeight / ledger.read;
  const height = Math.max(bodyHeight + 60, 20 + Math.max(...[sources, ends].map((nodes) => heightOf(nodes, scale))));
  const left = placed(sources, scale, height);
  const right = placed(ends, scale, height);
  const middle = (height - bodyHeight) / 2;
  const [x0, x1, x2] = [230, width / 2, width - 230];
  const said = `${count(ledger.read)} records read from ${manifest.sources.length} source${manifest.sources.length === 1 ? '' : 's'}: ${ends
    .map(({ name, rows }) => `${count(rows)} ${name}`)
    .join(', ')}`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <div class="flow" tabIndex={0} role="region" aria-label="What became of the records">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={said}>
        {bands(left, middle, scale).map(({ node, from, to, size }) => (
          <path key={node.name} class="band source" d={band(x0, from, x1 - 6, to, size)} />
        ))}
        {bands(right, middle, scale).map(({ node, from, to, size }) => (
          <path key={node.name} class={`band ${node.kind}`} d={band(x1 + 6, to, x2, from, size)} />
        ))}
        <rect class="pillar" x={x1 - 6} width="12" y={middle} height={bodyHeight} />
        <text class="flow-name" x={x1} y={middle - 8} text-anchor="middle">{`${count(ledger.read)} read`}</text>
        {left.map(({ node, y, size }) => (
          <g key={node.name}>
            <rect class="pillar" x={x0 - 6} width="6" y={y} height={size} />
            <text class="flow-name" x={x0 - 12} y={y + size / 2 + 1} text-anchor="end">
              {visible(shorten(node.name))}
            </text>
            <text class="flow-count" x={x0 - 12} y={y + size / 2 + 15} text-anchor="end">
              {count(node.rows)}
            </text>
          </g>
        ))}
        {right.map(({ node, y, size }) => (
          <g key={node.name}>
            <rect class={`pillar ${node.kind}`} x={x2} width="6" y={y} height={size} />
            <text class="flow-name" x={x2 + 12} y={y + size / 2 + 1}>
              {node.name}
            </text>
            <text class="flow-count" x={x2 + 12} y={y + size / 2 + 15}>
              {`${count(node.rows)}, ${percent(node.rows / ledger.read)}`}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

function sourcesOf({ sources }: Manifest): Node[] {
  const sorted = [...sources].sort((a, b) => b.rows - a.rows);
  const all = sources.length <= shownSources ? sources : sorted.slice(0, shownSources - 1);
  const rest = sources.length <= shownSources ? [] : sorted.slice(shownSources - 1);
  const nodes = all.map(({ path, rows }) => ({ name: path, rows, kind: 'source' }));
  if (rest.length > 0)
    nodes.push({
      name: `${rest.length} more sources`,
      rows: rest.reduce((n, { rows }) => n + rows, 0),
      kind: 'source',
    });
  return nodes;
}

interface Placed {
  node: Node;
  y: number;
  size: number;
}

/** Room for two lines of text. */
const line = 34;
const room = (node: Node, scale: number): number => Math.max(node.rows * scale, line);

function heightOf(nodes: readonly Node[], scale: number): number {
  return nodes.reduce((sum, node) => sum + room(node, scale), 0) + gap * (nodes.length - 1);
}

/** One below the other, as high as its rows, but with room for its two lines of text. */
function placed(nodes: readonly Node[], scale: number, height: number): Placed[] {
  let y = (height - heightOf(nodes, scale)) / 2;
  return nodes.map((node) => {
    const size = Math.max(1, node.rows * scale);
    const at = y + (room(node, scale) - size) / 2;
    y += room(node, scale) + gap;
    return { node, y: at, size };
  });
}

/** Where each band meets the pillar in the middle. */
function bands(nodes: readonly Placed[], top: number, scale: number) {
  let to = top;
  return nodes.map(({ node, y, size }) => {
    const found = { node, from: y, to, size };
    to += node.rows * scale;
    return found;
  });
}

function band(x0: number, y0: number, x1: number, y1: number, size: number): string {
  const middle = (x0 + x1) / 2;
  return `M${x0},${y0}C${middle},${y0} ${middle},${y1} ${x1},${y1}L${x1},${y1 + size}C${middle},${y1 + size} ${middle},${y0 + size} ${x0},${y0 + size}Z`;
}

function shorten(name: string): string {
  return name.length <= 30 ? name : `…${name.slice(-29)}`;
}
