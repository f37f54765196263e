/** So long is worked before other events are seen. */
export const sliceMs = 50;

/** A turn of the event loop, in which signals and timers are seen. */
export async function seeEvents(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((turn) => setImmediate(turn));
  signal?.throwIfAborted();
}

/** Takes all steps, with a turn of the event loop every 50 ms. Returns the seconds that the steps took. */
export async function inSlices(
  steps: Iterator<void>,
  signal: AbortSignal | undefined,
  afterSlice: () => void = () => undefined,
): Promise<number> {
  let seconds = 0;
  for (let isDone = false; !isDone; ) {
    const begin = performance.now();
    do isDone = steps.next().done === true;
    while (!isDone && performance.now() < begin + sliceMs);
    seconds += (performance.now() - begin) / 1000;
    afterSlice();
    await seeEvents(signal);
  }
  return seconds;
}
