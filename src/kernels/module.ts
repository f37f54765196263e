import fs from 'node:fs';

/** The first address a kernel's own data may use; below it are the module's static tables and its stack. */
interface Exports {
  memory: WebAssembly.Memory;
  __heap_base: WebAssembly.Global;
}

/**
 * For tests: every `alloc` moves the memory, as one that grows it may, so that a view which is used after it is empty at once
 * and not only with the tables that happen to fill the memory.
 */
const movesAlways = process.env.DATAGPU_MOVE_MEMORY === '1';

/**
 * One instance of a WebAssembly kernel and a bump allocator over its memory. The modules never allocate by themselves:
 * whoever calls them lays out inputs and outputs with `alloc`, and frees everything at once with `reset`.
 */
export class Kernel<E> {
  readonly exports: E;
  private readonly memory: WebAssembly.Memory;
  private readonly base: number;
  private top: number;

  /** `name` is a module of dist/kernels; `imports` are its functions of the host (module "host"). */
  constructor(name: string, imports: Record<string, WebAssembly.ImportValue> = {}) {
    const bytes = fs.readFileSync(new URL(`../kernels/${name}.wasm`, import.meta.url));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: imports, env: {} });
    const exports = instance.exports as unknown as Exports;
    this.exports = instance.exports as unknown as E;
    this.memory = exports.memory;
    this.base = (Number(exports.__heap_base.value) + 63) & ~63;
    this.top = this.base;
  }

  /**
   * Reserves bytes, aligned to 16, with 64 bytes of slack behind them, so that vector loads may run over the end.
   * The contents are undefined. Growing the memory detaches every earlier view: take views after the last `alloc`.
   */
  alloc(bytes: number): number {
    const ptr = this.top;
    const top = ptr + Math.ceil((bytes + 64) / 16) * 16;
    const missing = top - this.memory.buffer.byteLength;
    if (missing > 0) this.grow(missing);
    else if (movesAlways) this.memory.grow(0);
    this.top = top;
    return ptr;
  }

  /** Every growth makes V8 look for garbage: the memory doubles, by at most 64 MB more than is asked for. Untouched pages are free. */
  private grow(bytes: number): void {
    const spare = Math.min(this.memory.buffer.byteLength, 64 * 2 ** 20);
    const pages = Math.ceil(bytes / 65536);
    const wished = Math.min(Math.ceil(Math.max(bytes, spare) / 65536), 65536 - this.memory.buffer.byteLength / 65536);
    this.memory.grow(Math.max(pages, wished));
  }

  /** Where the next `alloc` will start; `reset(mark)` frees what was reserved since. */
  mark(): number {
    return this.top;
  }

  /** Frees everything reserved since `mark` (default: everything). */
  reset(mark: number = this.base): void {
    this.top = mark;
  }

  /** Views of the memory, valid until the next `alloc` that grows it. `ptr` in bytes, `length` in elements. */
  u8(ptr: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, ptr, length);
  }
  i32(ptr: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, ptr, length);
  }
  u32(ptr: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, ptr, length);
  }
  f64(ptr: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, ptr, length);
  }

  /** True when the view lies in this kernel's memory, so that `view.byteOffset` is its address. */
  owns(view: { buffer: ArrayBufferLike }): boolean {
    return view.buffer === this.memory.buffer;
  }

  /** Copies a view into this kernel's memory unless it is there already, and returns its address. */
  put(view: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number }): number {
    if (this.owns(view)) return view.byteOffset;
    const ptr = this.alloc(view.byteLength);
    this.u8(ptr, view.byteLength).set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    return ptr;
  }

  /** Bytes of WebAssembly memory that this instance holds. */
  get heldBytes(): number {
    return this.memory.buffer.byteLength;
  }
}
