import fs from 'node:fs';
import path from 'node:path';

/**
 * Whether this process was started to outlive its terminal: by `nohup`, or by a script or shell that ignores SIGHUP. What is
 * ignored is inherited, but Node.js gives every signal its default action when it starts
 * (https://github.com/nodejs/node/blob/v20.20.2/src/node.cc, PlatformInit), so it has to be told by what else is left of it.
 * Where nothing is (`nohup` without a terminal, from a shell that does not set `_`), the process ends at a hangup;
 * `setsid` helps there.
 */
export function isHangupIgnored(): boolean {
  if (process.platform === 'win32') return false;
  return path.basename(process.env._ ?? '') === 'nohup' || hasInputOfNohup() || ignoresHangup(process.ppid);
}

/** nohup of GNU takes a terminal away from standard input: in its place is /dev/null, open for writing only. */
function hasInputOfNohup(): boolean {
  try {
    const input = fs.fstatSync(0);
    if (!input.isCharacterDevice() || input.rdev !== fs.statSync('/dev/null').rdev) return false;
    fs.readSync(0, Buffer.alloc(1));
    return false;
  } catch (error) {
    // Of a closed standard input nothing can be said: fstat fails with the same code.
    const { code, syscall } = error as NodeJS.ErrnoException;
    return code === 'EBADF' && syscall === 'read';
  }
}

/** Whether a process ignores SIGHUP, the first bit of its mask; false where the system does not say. */
function ignoresHangup(pid: number): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
    return mask !== null && (BigInt(`0x${mask[1]}`) & 1n) === 1n;
  } catch {
    return false;
  }
}
