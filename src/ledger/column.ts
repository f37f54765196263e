type NumberArray = Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** A growing column of numbers. */
export class Column<A extends NumberArray> {
  private values: A;
  private length = 0;

  constructor(private readonly make: new (length: number) => A) {
    this.values = new make(64);
  }

  append(more: Uint32Array | Float64Array): void {
    const length = this.length + more.length;
    if (length > this.values.length) {
      const wider = new this.make(Math.max(this.values.length * 2, length));
      wider.set(this.take());
      this.values = wider;
    }
    this.values.set(more, this.length);
    this.length = length;
  }

  take(): A {
    return this.values.subarray(0, this.length) as A;
  }
}
