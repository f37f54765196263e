import fs from 'node:fs';
import type { KernelModules } from './bindings/modules.gen.js';
import { during, type Lent, type NumberArray } from './lent.js';

/** The name of a module of dist/kernels. */
export type KernelName = keyof KernelModules;

/** What every module with a memory of its own exports besides its functions. */
interface Laid {
  memory: WebAssembly.Memory;
  /** The first address it may use; below it are the module's static tables and its stack. */
  __heap_base: WebAssembly.Global;
}

/** An instance of a module; what it imports is for its bindings to say. */
export function instantiate<M extends KernelName>(name: M, imports: WebAssembly.Imports): KernelModules[M] & Laid {
  const bytes = fs.readFileSync(new URL(`../kernels/${name}.wasm`, import.meta.url));
  // The one place where TypeScript has to believe what a module exports; tests/kernels/bindings.test.ts compares them.
  const exports: unknown = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
  return exports as KernelModules[M] & Laid;
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
export class Kernel<M extends KernelName = KernelName> {
  readonly exports: KernelModules[M];
  private readonly memory: WebAssembly.Memory;
  private readonly base: number;
  private top: number;
  private moved = 0;
  private lives = 0;

  /** `name` is a module of dist/kernels; `imports` are its functions of the host (module "host"). */
  constructor(name: M, imports: Record<string, WebAssembly.ImportValue> = {}) {
    const exports = instantiate(name, { host: imports, env: {} });
    this.exports = exports;
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
    else if (movesAlways) this.growPages(0);
    this.top = top;
    return ptr;
  }

  /** Every growth makes V8 look for garbage: the memory doubles, by at most 64 MB more than is asked for. Untouched pages are free. */
  private grow(bytes: number): void {
    const spare = Math.min(this.memory.buffer.byteLength, 64 * 2 ** 20);
    const pages = Math.ceil(bytes / 65536);
    const wished = Math.min(Math.ceil(Math.max(bytes, spare) / 65536), 65536 - this.memory.buffer.byteLength / 65536);
    this.growPages(Math.max(pages, wished));
  }

  private growPages(pages: number): void {
    this.memory.grow(pages);
    this.moved++;
  }

  /** How often the memory has grown: views that were made before are empty. */
  get moves(): number {
    return this.moved;
  }

  /** How often everything was given back: addresses from before are of nothing. */
  get life(): number {
    return this.lives;
  }

  /** Where the next `alloc` will start; `reset(mark)` frees what was reserved since. */
  mark(): number {
    return this.top;
  }

  /** Frees everything reserved since `mark` (default: everything). */
  reset(mark: number = this.base): void {
    this.top = mark;
    if (mark === this.base) this.lives++;
  }

  /** Views of the memory, for use at once: the next `alloc` may empty them. `ptr` in bytes, `length` in elements. */
  u8(ptr: number, length: number): Lent<Uint8Array> {
    return new Uint8Array(this.memory.buffer, ptr, length);
  }
  i32(ptr: number, length: number): Lent<Int32Array> {
    return new Int32Array(this.memory.buffer, ptr, length);
  }
  u32(ptr: number, length: number): Lent<Uint32Array> {
    return new Uint32Array(this.memory.buffer, ptr, length);
  }
  f64(ptr: number, length: number): Lent<Float64Array> {
    return new Float64Array(this.memory.buffer, ptr, length);
  }

  /**
   * Copies an array into this kernel's memory and returns its address. What is lent by this kernel is there already, and
   * stays where it is.
   */
  put(array: Lent<NumberArray>): number {
    const { buffer, byteOffset, byteLength } = during(array);
    if (buffer === this.memory.buffer) return byteOffset;
    const ptr = this.alloc(byteLength);
    during(this.u8(ptr, byteLength)).set(new Uint8Array(buffer, byteOffset, byteLength));
    return ptr;
  }

  /** Bytes of WebAssembly memory that this instance holds. */
  get heldBytes(): number {
    return this.memory.buffer.byteLength;
  }
}
