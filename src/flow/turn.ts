/** A turn of the event loop, in which an interrupt is seen; throws after one. */
export async function turnOrAbort(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((turn) => setImmediate(turn));
  signal?.throwIfAborted();
}
