// What is wrong with a text that is not JSON; load/json/reasons.ts has the words.
export const CHARACTER: u32 = 1;
export const UNTERMINATED: u32 = 2;
export const CONTROL: u32 = 3;
export const ESCAPE: u32 = 4;
export const NUMBER: u32 = 5;
export const LITERAL: u32 = 6;
export const DEPTH: u32 = 7;
export const COLON: u32 = 8;
export const COMMA: u32 = 9;
export const KEY: u32 = 10;
export const TRAILING: u32 = 11;
export const NOT_OBJECT: u32 = 12;
export const UTF8: u32 = 13;
export const TRAILING_COMMA: u32 = 14;
/** Not an error of the text: the stack of members is too small. */
export const GROW: u32 = 64;

let errorCode: u32 = 0;
let errorAt: usize = 0;

// @ts-ignore: decorator
@inline
export function textErrorCode(): u32 {
  return errorCode;
}
// @ts-ignore: decorator
@inline
export function textErrorAt(): usize {
  return errorAt;
}

/** Notes an error and returns 0. */
export function fail(code: u32, at: usize): usize {
  errorCode = code;
  errorAt = at;
  return 0;
}
