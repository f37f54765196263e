// Runs two commands in turn and compares them: A B A B ..., a warm-up of each first, medians and the ratio pair by pair.
import { spawn } from 'node:child_process';
import fs from 'node:fs';

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Processes that descend from `pid`, itself included. */
function tree(pid) {
  const found = [pid];
  for (let i = 0; i < found.length; i++) {
    try {
      const children = fs.readFileSync(`/proc/${found[i]}/task/${found[i]}/children`, 'utf8');
      for (const child of children.split(' ')) if (child !== '') found.push(Number(child));
    } catch {}
  }
  return found;
}

/** The most resident memory that a process had so far. */
const residentBytes = (pid) => {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
};

/** Seconds of CPU that a process has used so far, all threads; Linux counts them in hundredths. */
const cpuSeconds = (pid) => {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
};

/**
 * Runs a command once: wall seconds; seconds of CPU (without the last 10 ms, and without its child processes); and the peak of
 * the resident memory of the processes of its tree. The last two are asked for every 10 ms.
 */
export function once(command, options = {}) {
  options.before?.();
  return new Promise((resolve, reject) => {
    const begin = process.hrtime.bigint();
    const child = spawn(command[0], command.slice(1), { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    let peakBytes = 0;
    let cpu = 0;
    child.stdout.on('data', (d) => {
      out += d;
    });
    child.stderr.on('data', (d) => {
      err += d;
    });
    const sample = () => {
      cpu = Math.max(cpu, cpuSeconds(child.pid));
      peakBytes = Math.max(
        peakBytes,
        tree(child.pid).reduce((n, pid) => n + residentBytes(pid), 0),
      );
    };
    const timer = process.platform === 'linux' ? setInterval(sample, 10) : undefined;
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
      if (code !== 0) reject(new Error(`${command.join(' ')} ended with ${code}: ${err.slice(-500)}`));
      else resolve({ seconds, cpu, peakBytes, out });
    });
  });
}

/** Runs `a` and `b` (each () => Promise<{seconds, peakBytes}>) alternately, `runs` times after one warm-up each. */
export async function compare(a, b, runs) {
  const results = { a: [], b: [] };
  for (let i = -1; i < runs; i++) {
    const ra = await a();
    const rb = b === null ? null : await b();
    if (i < 0) continue;
    results.a.push(ra);
    if (rb !== null) results.b.push(rb);
  }
  const summary = (list) => ({
    seconds: median(list.map((r) => r.seconds)),
    cpu: median(list.map((r) => r.cpu ?? 0)),
    min: Math.min(...list.map((r) => r.seconds)),
    max: Math.max(...list.map((r) => r.seconds)),
    peakBytes: Math.max(...list.map((r) => r.peakBytes ?? 0)),
    last: list.at(-1),
  });
  const ratios = results.b.map((r, i) => results.a[i].seconds / r.seconds);
  return {
    a: summary(results.a),
    b: b === null ? null : summary(results.b),
    ratio: b === null ? null : median(ratios),
    ratioMin: b === null ? null : Math.min(...ratios),
    ratioMax: b === null ? null : Math.max(...ratios),
  };
}
