import v8 from 'node:v8';
import vm from 'node:vm';

/**
 * Collects garbage now. For the moment after hundreds of megabytes outside V8's heap were let go of: it would not come by
 * itself before the next ones are asked for. Takes some tens of milliseconds.
 */
export function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc');
  const collect: unknown = vm.runInNewContext('typeof gc === "function" ? gc : null');
  if (typeof collect === 'function') collect();
}
