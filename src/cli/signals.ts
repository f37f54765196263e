import { DatagpuError } from '../errors.js';

// SIGHUP comes when the terminal is closed.
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type EndSignal = (typeof signals)[number];

/** How long a compile may tidy up after the first signal; an interrupt is answered within a second. */
const graceMs = 800;

/** What watches for SIGINT, SIGTERM and SIGHUP while a command runs. */
export interface SignalWatch {
  /** Aborted by the first signal. */
  signal: AbortSignal;
  /** The signal that came, if one did. */
  received: () => EndSignal | null;
  /** Stops watching. */
  dispose: () => void;
}

/**
 * The first signal aborts `signal` and leaves the command a moment to clean up; the second one, or the end of that moment,
 * ends the process as by the signal. `onEnd` runs right before that.
 */
export function watchSignals(onEnd: () => void): SignalWatch {
  const controller = new AbortController();
  let received: EndSignal | null = null;
  let timer: NodeJS.Timeout | undefined;
  const end = (signal: EndSignal): void => {
    onEnd();
    void endBySignal(signal);
  };
  const handle = (signal: EndSignal): void => {
    if (received !== null) {
      end(signal);
      return;
    }
    received = signal;
    controller.abort(new DatagpuError('interrupted', 'interrupted'));
    timer = setTimeout(() => end(signal), graceMs);
  };
  // Somebody who ignores a hangup was there before (see hangup.ts).
  const watched = signals.filter((signal) => signal !== 'SIGHUP' || process.listenerCount(signal) === 0);
  for (const signal of watched) process.on(signal, handle);
  return {
    signal: controller.signal,
    received: () => received,
    dispose: () => {
      clearTimeout(timer);
      for (const signal of watched) process.off(signal, handle);
    },
  };
}

/**
 * Ends this process by a signal's default action: the shell sees an interrupt (130 for SIGINT), and native calls in other
 * threads are not waited for, as `process.exit` would.
 */
export function endBySignal(signal: EndSignal): Promise<never> {
  process.removeAllListeners(signal);
  if (process.platform === 'win32') process.exit(130);
  process.kill(process.pid, signal);
  return new Promise(() => setTimeout(() => process.exit(130), 1000));
}
