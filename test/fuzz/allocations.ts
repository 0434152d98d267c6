/**
 * How much memory the code under test asks for at once: typed arrays of a given length are counted while
 * `largestAllocation` runs. Buffers that wrap memory of others, and what Node allocates itself, are not.
 */
const COUNTED = ['Uint8Array', 'Uint16Array', 'Uint32Array', 'Float32Array', 'Float64Array'] as const;

/** What `act` gives, and the bytes of the largest typed array that it asked for. */
export async function largestAllocation<T>(act: () => Promise<T>): Promise<{ result: T; bytesMax: number }> {
  let bytesMax = 0;
  const originals = COUNTED.map((name) => [name, globalThis[name]] as const);
  for (const [name, original] of originals)
    Reflect.set(
      globalThis,
      name,
      new Proxy(original, {
        construct(target, args, newTarget) {
          if (typeof args[0] === 'number') bytesMax = Math.max(bytesMax, args[0] * target.BYTES_PER_ELEMENT);
          return Reflect.construct(target, args, newTarget);
        },
      }),
    );
  try {
    return { result: await act(), bytesMax };
  } finally {
    for (const [name, original] of originals) Reflect.set(globalThis, name, original);
  }
}
