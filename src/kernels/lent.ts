/**
 * A view of a kernel's memory, which is empty as soon as that memory grows. It is read and written where it was made, and is
 * no `Uint8Array` (or `Int32Array`, ...) to the compiler: what keeps arrays, sends them or gives them back can't take it by
 * mistake. `slice` makes a copy that lasts. An array that lasts can stand wherever one is lent.
 */
export type Lent<A extends NumberArray> = Omit<
  A,
  'buffer' | 'byteOffset' | 'subarray' | 'fill' | 'valueOf' | 'slice'
> & {
  [index: number]: number;
  subarray(begin?: number, end?: number): Lent<A>;
  fill(value: number, start?: number, end?: number): Lent<A>;
  slice(start?: number, end?: number): Lasting<A>;
};

export type NumberArray = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

type Lasting<A> = A extends Uint8Array
  ? Uint8Array<ArrayBuffer>
  : A extends Int32Array
    ? Int32Array<ArrayBuffer>
    : A extends Uint16Array
      ? Uint16Array<ArrayBuffer>
      : A extends Uint32Array
        ? Uint32Array<ArrayBuffer>
        : Float64Array<ArrayBuffer>;

/**
 * The array behind what is lent, for a call that is done with it when it returns (reading a file into it, decoding, hashing)
 * and reserves nothing in that kernel. Never keep the result in anything.
 */
export const during = <A extends NumberArray>(view: Lent<A>): A => view as unknown as A;
