import { scaleLinear } from 'd3-scale';
import type { Histogram } from '../answers.js';
import { count, figure, moment, percent } from './amounts.js';

const width = 420;
const height = 132;
const edge = { left: 46, right: 10, top: 8, bottom: 22 };

/** A histogram: every bar is as wide as the others, and as high as its rows; `over` is drawn as a line over it. */
export function HistogramChart(props: {
  histogram: Histogram;
  what: string;
  unit?: string;
  isTime?: boolean;
  /** Without what is said of a bar under the pointer. */
  isStill?: boolean;
}) {
  const { histogram, what, unit = '', isTime = false, isStill = false } = props;
  const { from, width: step, counts } = histogram;
  if (counts.length === 0) return <p class="quiet">No values.</p>;
  const to = from + step * counts.length;
  const x = scaleLinear()
    .domain([from, to])
    .range([edge.left, width - edge.right]);
  const most = Math.max(...counts, 1);
  const y = scaleLinear()
    .domain([0, most])
    .nice(3)
    .range([height - edge.bottom, edge.top]);
  const isDay = step >= 86_400_000;
  const show = (value: number): string => (isTime ? moment(value, isDay) : figure(value));
  const ticks = isTime ? [from, to] : x.ticks(5);
  const total = counts.reduce((sum, n) => sum + n, 0);
  const label = `${what}: ${count(total)} values from ${show(from)} to ${show(to)}${unit}; the highest bar has ${count(most)}`;
  return (
    <svg class="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {y.ticks(3).map((tick) => (
        <g key={tick}>
          <line class="grid" x1={edge.left} x2={width - edge.right} y1={y(tick)} y2={y(tick)} />
          <text class="tick" x={edge.left - 6} y={y(tick) + 3.5} text-anchor="end">
            {short(tick)}
          </text>
        </g>
      ))}
      {counts.map((n, i) => {
        const left = x(from + step * i);
        const right = x(from + step * (i + 1));
        const range =
          step === 1 && !isTime ? show(from + i) : `${show(from + step * i)} to ${show(from + step * (i + 1))}`;
        return (
          <g key={i}>
            {n > 0 && (
              <rect
                class="bar"
                x={left + 0.5}
                width={Math.max(1, right - left - 1)}
                y={Math.min(y(n), height - edge.bottom - 1)}
                height={Math.max(1, height - edge.bottom - y(n))}
              />
            )}
            {!isStill && (
              <rect
                class="reach"
                x={left}
                width={Math.max(1, right - left)}
                y={edge.top}
                height={height - edge.bottom - edge.top}
              >
                <title>{`${range}${unit}: ${count(n)} (${percent(total === 0 ? 0 : n / total)})`}</title>
              </rect>
            )}
          </g>
        );
      })}
      <line class="axis" x1={edge.left} x2={width - edge.right} y1={height - edge.bottom} y2={height - edge.bottom} />
      {ticks.map((tick, i) => (
        <text
          key={tick}
          class="tick"
          x={x(tick)}
          y={height - 7}
          text-anchor={isTime ? (i === 0 ? 'start' : 'end') : 'middle'}
        >
          {isTime ? show(tick) : short(tick)}
        </text>
      ))}
    </svg>
  );
}

/** A number of few letters for an axis: `1.2M`. */
function short(n: number): string {
  return n.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 });
}

/** A bar beside a number in a table: a share of the widest. */
export function Bar({ share, kind = 'bar' }: { share: number; kind?: string }) {
  return (
    <svg class="inline-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-ground" width="100" height="8" />
      <rect class={kind} width={Math.max(share > 0 ? 1 : 0, share * 100)} height="8" />
    </svg>
  );
}
