/**
 * The row encoding of a nested value (columns of kind `nested`): one unambiguous cell of bytes a row, which is hashed,
 * moved and compared as it is, and unfolded into Arrow only by the writer. Little-endian:
 *
 *     value  = 0x00                      null
 *            | 0x01 payload
 *     payload of a flat type             its fixed-width bytes (a boolean takes one)
 *                utf8, binary            uint32 length, bytes
 *                list                    uint32 count, values
 *                fixedList               values
 *                struct                  the value of each field in order
 */
export const rowcellNull = 0;
export const rowcellValue = 1;
